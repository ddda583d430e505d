/** `/v1/session/`: docs/api/session.md. */

import { decodedOrRefused } from '../../model/decode/check-definition.js';
import { decodeJson } from '../../model/decode/json.js';
import { sessionInput } from '../../model/decode/session.js';
import { MeshError } from '../../model/errors.js';
import { sendBoolean, sendJson, sendJsonText, sendText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { Encoded } from '../encode/encoded.js';
import { jsonText } from '../encode/json.js';
import { sessionBody, sessionsBody } from '../encode/session.js';
import { sessionMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';
import { requireName } from './catalog.js';

export const sessionRoutes: readonly Route[] = [
  { path: '/v1/session/create', methods: { PUT: create }, takes: { PUT: { query: readParameters, body: sessionInput('') } } },
  { path: '/v1/session/destroy/', methods: { PUT: destroy }, takes: { PUT: { query: readParameters } } },
  { path: '/v1/session/renew/', methods: { PUT: renew }, takes: { PUT: { query: readParameters } } },
  { path: '/v1/session/info/', methods: { GET: info }, takes: { GET: { query: readParameters } } },
  { path: '/v1/session/node/', methods: { GET: node }, takes: { GET: { query: readParameters } } },
  { path: '/v1/session/list', methods: { GET: list }, takes: { GET: { query: readParameters } } },
];

const emptyBody = Buffer.from('{}');

async function create(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  refuseNamespace(call);
  const body = await readBody(call);
  const decoder = sessionInput(call.context.settings.node);
  const session = decodedOrRefused(() => decodeJson(decoder, body.length === 0 ? emptyBody : body));
  const id = await call.context.backend.write({ kind: 'session.create', session }, { token, datacenter });
  return sendJsonText(call, `{"ID":${jsonText(id)}}`);
}

async function destroy(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  refuseNamespace(call);
  return sendBoolean(call, await call.context.backend.write({ kind: 'session.destroy', id: requireId(call) }, { token, datacenter }));
}

async function renew(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  refuseNamespace(call);
  const id = requireId(call);
  const session = await call.context.backend.write({ kind: 'session.renew', id }, { token, datacenter });
  return session === null ? sendText(call, 404, `Session id '${id}' not found`) : sendJson(call, sessionBody(session));
}

const noSessions = new Encoded('[]');

async function info(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'session.info', id: requireId(call) }, options, sessionMeta);
  return sendJson(call, value === null ? noSessions : sessionBody(value), headers);
}

async function node(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'session.node', node: requireName(call, 'node') }, options, sessionMeta);
  return sendJson(call, sessionsBody(value), headers);
}

async function list(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'session.list' }, options, sessionMeta);
  return sendJson(call, sessionsBody(value), headers);
}

function requireId(call: Call): string {
  if (call.rest === '') throw new MeshError('bad-request', 'Missing session');
  return call.name;
}
