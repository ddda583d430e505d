/** `/v1/event/`: docs/api/event.md. Events are the agent's own, so there are no meta headers but the index. */

import { MeshError } from '../../model/errors.js';
import { sendJsonText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { eventForm } from '../encode/event.js';
import { readParameters } from '../parameter-table.js';
import { whileConnected } from '../read.js';
import { readOptions } from '../read-options.js';
import type { Route } from '../route.js';

export const eventRoutes: readonly Route[] = [
  { path: '/v1/event/fire/', methods: { PUT: fire }, takes: { PUT: { query: ['dc', 'node', 'service', 'tag'], body: 'bytes' } } },
  { path: '/v1/event/list', methods: { GET: list }, takes: { GET: { query: [...readParameters, 'name'] } } },
];

async function fire(call: Call): Promise<void> {
  const { parameters, context } = call;
  if (call.rest === '') throw new MeshError('bad-request', 'Missing name');
  const body = await readBody(call);
  const input = {
    Name: call.name,
    NodeFilter: parameters.get('node'),
    ServiceFilter: parameters.get('service'),
    TagFilter: parameters.get('tag'),
    payload: body.length === 0 ? null : body,
  };
  return sendJsonText(call, eventForm(context.events.fire(input, { datacenter: parameters.get('dc') })));
}

/** The index is read digit for digit: it is a 64-bit hash. */
async function list(call: Call): Promise<void> {
  const { waitMs, minIndex } = readOptions(call);
  const { parameters, context } = call;
  const index = minIndex === 0 ? 0n : BigInt(parameters.get('index'));
  const name = parameters.get('name');
  const listed = await whileConnected(call, (signal) => context.events.list(name, { index, waitMs, signal }));
  return sendJsonText(call, `[${listed.events.map(eventForm).join(',')}]`, ['X-Consul-Index', `${listed.index}`]);
}
