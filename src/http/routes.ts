/** Every endpoint of the API. To add one: a row in the file of its area, and its section in docs/api/. */
import { openApiRoutes } from './openapi.js';
import type { Route } from './route.js';
import { aclRoutes } from './routes/acl.js';
import { agentRoutes } from './routes/agent.js';
import { catalogRoutes } from './routes/catalog.js';
import { configRoutes } from './routes/config.js';
import { connectCaRoutes } from './routes/connect-ca.js';
import { coordinateRoutes } from './routes/coordinate.js';
import { debugRoutes } from './routes/debug.js';
import { discoveryChainRoutes } from './routes/discovery-chain.js';
import { eventRoutes } from './routes/event.js';
import { gatewayRoutes } from './routes/gateway.js';
import { healthRoutes } from './routes/health.js';
import { intentionRoutes } from './routes/intention.js';
import { kvRoutes } from './routes/kv.js';
import { operatorRoutes } from './routes/operator.js';
import { queryRoutes } from './routes/query.js';
import { sessionRoutes } from './routes/session.js';
import { snapshotRoutes } from './routes/snapshot.js';
import { statusRoutes } from './routes/status.js';
import { txnRoutes } from './routes/txn.js';
import { uiRoutes } from './routes/ui.js';

export const routes: readonly Route[] = [
  ...kvRoutes,
  ...catalogRoutes,
  ...healthRoutes,
  ...gatewayRoutes,
  ...configRoutes,
  ...intentionRoutes,
  ...connectCaRoutes,
  ...discoveryChainRoutes,
  ...sessionRoutes,
  ...snapshotRoutes,
  ...txnRoutes,
  ...eventRoutes,
  ...queryRoutes,
  ...coordinateRoutes,
  ...statusRoutes,
  ...operatorRoutes,
  ...uiRoutes,
  ...agentRoutes,
  ...aclRoutes,
  ...debugRoutes,
  ...openApiRoutes(() => routes),
];
