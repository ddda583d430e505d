/** `/v1/health/`: docs/api/health.md. */

import { MeshError } from '../../model/errors.js';
import { sendJson, sendText } from '../answer.js';
import type { Call } from '../call.js';
import { checksBody, healthBody } from '../encode/catalog.js';
import { catalogMeta, healthServiceMeta } from '../meta.js';
import { listParameters, readParameters } from '../parameter-table.js';
import { parseBoolean } from '../parameters.js';
import { read, readCached } from '../read.js';
import { listArguments, readOptions, refuseNamespace } from '../read-options.js';
import type { Handler, Route } from '../route.js';
import { requireName } from './catalog.js';

export const healthRoutes: readonly Route[] = [
  { path: '/v1/health/node/', methods: { GET: node }, takes: { GET: { query: [...readParameters, 'filter'] } } },
  { path: '/v1/health/checks/', methods: { GET: checks }, takes: { GET: { query: listParameters } } },
  { path: '/v1/health/state/', methods: { GET: state }, takes: { GET: { query: listParameters } } },
  { path: '/v1/health/service/', methods: { GET: service(false) }, takes: { GET: { query: [...listParameters, 'tag', 'passing'] } } },
  { path: '/v1/health/connect/', methods: { GET: service(true) }, takes: { GET: { query: [...listParameters, 'tag', 'passing'] } } },
];

async function node(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'health.node' as const, node: requireName(call, 'node'), filter: call.parameters.get('filter') };
  const { value, headers } = await read(call, query, options, catalogMeta);
  return sendJson(call, checksBody(value), headers);
}

async function checks(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'health.checks' as const, ...listArguments(call), service: requireName(call, 'service') };
  const { value, headers } = await read(call, query, options, catalogMeta);
  return sendJson(call, checksBody(value), headers);
}

async function state(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  if (call.rest === '') throw new MeshError('bad-request', 'Missing check state');
  const { value, headers } = await read(call, { kind: 'health.state', ...listArguments(call), state: call.name }, options, catalogMeta);
  return sendJson(call, checksBody(value), headers);
}

function service(connect: boolean): Handler {
  return async (call) => {
    const options = readOptions(call);
    refuseNamespace(call);
    const { parameters } = call;
    const given = parameters.get('passing');
    const passing = given === '' ? parameters.has('passing') : parseBoolean(given);
    const query = {
      kind: 'health.service' as const,
      ...listArguments(call),
      service: requireName(call, 'service'),
      tags: parameters.all('tag'),
      connect,
      passing: passing ?? false,
    };
    const { value, headers } = await readCached(call, query, options, healthServiceMeta);
    // Clients have always seen the meta headers beside this refusal.
    if (passing === null) return sendText(call, 400, 'Invalid value for ?passing', headers);
    return sendJson(call, healthBody(value), headers);
  };
}
