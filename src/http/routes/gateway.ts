/**
 * What gateways serve. A service is bound to a gateway by a config entry; while there are none, no gateway serves anything, and the
 * index is that of the service asked about.
 */
import { sendJson } from '../answer.js';
import { Encoded } from '../encode/encoded.js';
import { catalogMeta, healthServiceMeta, type MetaKind } from '../meta.js';
import { read } from '../read.js';
import { listArguments, readOptions, refuseNamespace } from '../read-options.js';
import type { Handler, Route } from '../route.js';
import { requireName } from './catalog.js';

export const gatewayRoutes: readonly Route[] = [
  { path: '/v1/catalog/gateway-services/', methods: { GET: nothing('gateway', new Encoded('null'), catalogMeta) } },
  { path: '/v1/health/ingress/', methods: { GET: nothing('service', new Encoded('[]'), healthServiceMeta) } },
];

function nothing(what: string, body: Encoded, meta: MetaKind): Handler {
  return async (call) => {
    const options = readOptions(call);
    refuseNamespace(call);
    const query = { kind: 'catalog.service' as const, ...listArguments(call), service: requireName(call, what), tags: [], connect: false };
    const { headers } = await read(call, query, options, meta);
    return sendJson(call, body, headers);
  };
}
