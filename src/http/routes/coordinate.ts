/** `/v1/coordinate/`: docs/api/coordinate.md. */

import { coordinateUpdate } from '../../model/decode/coordinate.js';
import { MeshError } from '../../model/errors.js';
import { sendJsonText, sendNothing } from '../answer.js';
import { readJson } from '../body.js';
import type { Call } from '../call.js';
import { coordinatesJson, datacentersJson } from '../encode/coordinate.js';
import { kvMeta, sessionMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions, refuseNamespace, tokenOf } from '../read-options.js';
import type { Handler, Route } from '../route.js';
import { requireName } from './catalog.js';

export const coordinateRoutes: readonly Route[] = [
  { path: '/v1/coordinate/datacenters', methods: { GET: whenEnabled(datacenters) }, takes: { GET: { query: readParameters } } },
  { path: '/v1/coordinate/nodes', methods: { GET: whenEnabled(nodes) }, takes: { GET: { query: [...readParameters, 'segment'] } } },
  { path: '/v1/coordinate/node/', methods: { GET: whenEnabled(node) }, takes: { GET: { query: [...readParameters, 'segment'] } } },
  { path: '/v1/coordinate/update', methods: { PUT: whenEnabled(update) }, takes: { PUT: { query: ['dc'], body: coordinateUpdate } } },
];

function whenEnabled(handler: Handler): Handler {
  return async (call) => {
    if (call.context.settings.coordinatesDisabled) throw new MeshError('coordinates-disabled', 'Coordinate support disabled');
    return handler(call);
  };
}

/** Known to every server, so no other datacenter is asked and nothing is waited for. */
async function datacenters(call: Call): Promise<void> {
  const options = { ...readOptions(call), datacenter: '', minIndex: 0 };
  const { value } = await read(call, { kind: 'coordinate.datacenters' }, options, kvMeta);
  return sendJsonText(call, datacentersJson(value));
}

async function nodes(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'coordinate.nodes', segment: call.parameters.get('segment') }, options, sessionMeta);
  return sendJsonText(call, coordinatesJson(value), headers);
}

async function node(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'coordinate.node' as const, node: requireName(call, 'node'), segment: call.parameters.get('segment') };
  const { value, headers } = await read(call, query, options, sessionMeta);
  return value.length === 0 ? sendNothing(call, 404) : sendJsonText(call, coordinatesJson(value), headers);
}

async function update(call: Call): Promise<void> {
  refuseNamespace(call);
  const { Node, Segment, Coord, Datacenter, Token } = await readJson(call, coordinateUpdate);
  const options = { token: tokenOf(call) || Token, datacenter: call.parameters.get('dc') || Datacenter };
  await call.context.backend.write({ kind: 'coordinate.update', coordinate: { Node, Segment, Coord } }, options);
  return sendNothing(call);
}
