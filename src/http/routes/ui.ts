/** `/v1/internal/ui/`: docs/api/ui.md. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import { sendJson, sendJsonText, sendNothing } from '../answer.js';
import type { Call } from '../call.js';
import { intentionsBody } from '../encode/intention.js';
import { dumpBody, dumpsBody, overviewsJson, topologyJson } from '../encode/ui.js';
import { sessionMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { type ReadOptions, readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';
import { requireName } from './catalog.js';

export const uiRoutes: readonly Route[] = [
  { path: '/v1/internal/ui/nodes', methods: { GET: nodes }, takes: { GET: { query: [...readParameters, 'filter'] } } },
  { path: '/v1/internal/ui/node/', methods: { GET: node }, takes: { GET: { query: readParameters } } },
  { path: '/v1/internal/ui/services', methods: { GET: services }, takes: { GET: { query: [...readParameters, 'filter'] } } },
  { path: '/v1/internal/ui/service-topology/', methods: { GET: topology }, takes: { GET: { query: [...readParameters, 'kind'] } } },
  { path: '/v1/internal/ui/gateway-services-nodes/', methods: { GET: gatewayServices }, takes: { GET: { query: readParameters } } },
  { path: '/v1/internal/ui/gateway-intentions/', methods: { GET: gatewayIntentions }, takes: { GET: { query: readParameters } } },
  { path: '/v1/internal/ui/metrics-proxy/', methods: { GET: metricsProxy } },
];

async function nodes(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'ui.nodes', filter: call.parameters.get('filter') }, options, sessionMeta);
  return sendJson(call, dumpsBody(value), headers);
}

async function node(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  if (call.rest === '') throw new MeshError('bad-request', 'Missing node name');
  const { value, headers } = await read(call, { kind: 'ui.node', node: call.name }, options, sessionMeta);
  return value === null ? sendNothing(call, 404) : sendJson(call, dumpBody(value), headers);
}

async function services(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'ui.services', filter: call.parameters.get('filter') }, options, sessionMeta);
  return sendJsonText(call, overviewsJson(value, datacenterOf(call, options)), headers);
}

async function topology(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const service = requireName(call, 'service');
  const kind = call.parameters.get('kind');
  if (kind !== '' && kind !== 'typical' && kind !== 'ingress-gateway')
    throw new MeshError('bad-request', `Bad request: Unsupported service kind ${goQuote(kind)}`);
  const query = { kind: 'ui.topology' as const, service, isGateway: kind === 'ingress-gateway' };
  const { value, headers } = await read(call, query, options, sessionMeta);
  return sendJsonText(call, topologyJson(value, datacenterOf(call, options)), headers);
}

async function gatewayServices(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'ui.gateway-services' as const, gateway: requireName(call, 'gateway') };
  const { value, headers } = await read(call, query, options, sessionMeta);
  return sendJsonText(call, overviewsJson(value, datacenterOf(call, options)), headers);
}

async function gatewayIntentions(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'ui.gateway-intentions' as const, gateway: requireName(call, 'gateway') };
  const { value, headers } = await read(call, query, options, sessionMeta);
  return sendJson(call, intentionsBody(value), headers);
}

/** Nothing is fetched for others (`ui_config.metrics_proxy` has no effect). */
async function metricsProxy(): Promise<void> {
  throw new MeshError('not-found', 'Metrics proxy is not enabled');
}

function datacenterOf({ context }: Call, { datacenter }: ReadOptions): string {
  return datacenter || context.settings.datacenter;
}
