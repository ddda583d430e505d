/** `/v1/status/`: docs/api/status.md. Who leads is known without asking the store, so there are no meta headers. */

import { sendJsonText } from '../answer.js';
import type { Call } from '../call.js';
import { jsonText, jsonTexts } from '../encode/json.js';
import { kvMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions } from '../read-options.js';
import type { Route } from '../route.js';

export const statusRoutes: readonly Route[] = [
  { path: '/v1/status/leader', methods: { GET: leader }, takes: { GET: { query: readParameters } } },
  { path: '/v1/status/peers', methods: { GET: peers }, takes: { GET: { query: readParameters } } },
];

async function leader(call: Call): Promise<void> {
  const options = { ...readOptions(call), minIndex: 0 };
  const { value } = await read(call, { kind: 'status.leader' }, options, kvMeta);
  return sendJsonText(call, jsonText(value));
}

async function peers(call: Call): Promise<void> {
  const options = { ...readOptions(call), minIndex: 0 };
  const { value } = await read(call, { kind: 'status.peers' }, options, kvMeta);
  return sendJsonText(call, jsonTexts(value));
}
