/** `/v1/internal/ui/`: docs/api/ui.md. */
import { MeshError } from '../../model/errors.js';
import { sendJson, sendJsonText, sendNothing } from '../answer.js';
import type { Call } from '../call.js';
import { dumpBody, dumpsBody, overviewsJson } from '../encode/ui.js';
import { sessionMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';

export const uiRoutes: readonly Route[] = [
  { path: '/v1/internal/ui/nodes', methods: { GET: nodes }, takes: { GET: { query: [...readParameters, 'filter'] } } },
  { path: '/v1/internal/ui/node/', methods: { GET: node }, takes: { GET: { query: readParameters } } },
  { path: '/v1/internal/ui/services', methods: { GET: services }, takes: { GET: { query: [...readParameters, 'filter'] } } },
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
  return sendJsonText(call, overviewsJson(value, options.datacenter || call.context.settings.datacenter), headers);
}
