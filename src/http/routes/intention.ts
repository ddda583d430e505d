/** `/v1/connect/intentions`: docs/api/intentions.md. */

import { intentionInput, intentionName } from '../../model/decode/intention.js';
import { parseJson } from '../../model/decode/json.js';
import { DecodeError } from '../../model/decode.js';
import { MeshError } from '../../model/errors.js';
import type { IntentionInput, IntentionPair } from '../../model/intention.js';
import { sendBoolean, sendJson, sendJsonText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { intentionBody, intentionsBody, matchesJson } from '../encode/intention.js';
import { jsonText } from '../encode/json.js';
import { catalogMeta, sessionMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read, readCached } from '../read.js';
import { readOptions, refuseNamespace, tokenOf } from '../read-options.js';
import type { Route } from '../route.js';

const pair = [...readParameters, 'source', 'destination'] as const;

export const intentionRoutes: readonly Route[] = [
  {
    path: '/v1/connect/intentions',
    methods: { GET: list, POST: create },
    takes: { GET: { query: [...readParameters, 'filter'] }, POST: { query: ['dc'], body: intentionInput } },
  },
  { path: '/v1/connect/intentions/match', methods: { GET: match }, takes: { GET: { query: [...readParameters, 'by', 'name'] } } },
  {
    path: '/v1/connect/intentions/check',
    methods: { GET: check },
    takes: { GET: { query: [...readParameters, 'source', 'destination', 'source-type'] } },
  },
  {
    path: '/v1/connect/intentions/exact',
    methods: { GET: exact, PUT: put, DELETE: removePair },
    takes: { GET: { query: pair }, PUT: { query: pair, body: intentionInput }, DELETE: { query: pair } },
  },
  {
    path: '/v1/connect/intentions/',
    methods: { GET: one, PUT: update, DELETE: remove },
    takes: { GET: { query: readParameters }, PUT: { query: ['dc'], body: intentionInput }, DELETE: { query: ['dc'] } },
  },
];

async function list(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'intention.list', filter: call.parameters.get('filter') }, options, sessionMeta);
  return sendJson(call, intentionsBody(value), headers);
}

async function match(call: Call): Promise<void> {
  const options = readOptions(call);
  const by = required(call, 'by');
  if (by !== 'source' && by !== 'destination') throw new MeshError('refused', "'by' parameter must be one of 'source' or 'destination'");
  required(call, 'name');
  const given = call.parameters.all('name');
  const query = { kind: 'intention.match' as const, by, names: given.map((name) => intentionName(name, 'name')) } as const;
  const { value, headers } = await readCached(call, query, options, catalogMeta);
  return sendJsonText(call, matchesJson(given, value), headers);
}

/** From here on the reads cannot wait and tell nothing of themselves. */
const unwaited = { consistency: false, onError: false };

async function check(call: Call): Promise<void> {
  const options = readOptions(call);
  const pair = requiredPair(call);
  const type = call.parameters.get('source-type');
  if (type !== '' && type !== 'consul') throw new MeshError('refused', `unsupported SourceType: "${type}"`);
  const { value } = await read(call, { kind: 'intention.check', ...pair }, { ...options, minIndex: 0 }, unwaited);
  return sendJsonText(call, `{"Allowed":${value}}`);
}

async function exact(call: Call): Promise<void> {
  const options = readOptions(call);
  const { value } = await read(call, { kind: 'intention.exact', ...requiredPair(call) }, { ...options, minIndex: 0 }, unwaited);
  if (value === null) throw new MeshError('not-found', 'Intention not found');
  return sendJson(call, intentionBody(value));
}

async function put(call: Call): Promise<void> {
  const { source, destination } = requiredPair(call);
  const body = await readIntention(call);
  const intention = { ...body, SourceName: source, DestinationName: destination };
  return sendBoolean(call, await call.context.backend.write({ kind: 'intention.put', intention }, writeOptions(call)));
}

async function removePair(call: Call): Promise<void> {
  return sendBoolean(call, await call.context.backend.write({ kind: 'intention.delete', ...requiredPair(call) }, writeOptions(call)));
}

async function create(call: Call): Promise<void> {
  const intention = await readIntention(call);
  return sendId(call, await call.context.backend.write({ kind: 'intention.create', intention }, writeOptions(call)));
}

async function one(call: Call): Promise<void> {
  const options = readOptions(call);
  const query = { kind: 'intention.read' as const, id: requireId(call) };
  const { value } = await read(call, query, { ...options, minIndex: 0 }, unwaited).catch(asBadRequest);
  if (value === null) throw new MeshError('not-found', 'Intention not found');
  return sendJson(call, intentionBody(value));
}

async function update(call: Call): Promise<void> {
  const id = requireId(call);
  const intention = await readIntention(call);
  return sendId(call, await call.context.backend.write({ kind: 'intention.update', id, intention }, writeOptions(call)));
}

async function remove(call: Call): Promise<void> {
  return sendBoolean(call, await call.context.backend.write({ kind: 'intention.remove', id: requireId(call) }, writeOptions(call)));
}

function sendId(call: Call, id: string): void {
  sendJsonText(call, `{"ID":${jsonText(id)}}`);
}

function writeOptions(call: Call) {
  return { token: tokenOf(call), datacenter: call.parameters.get('dc') };
}

/** What is no JSON is a 500 here, as recorded; JSON of a wrong shape is a 400 as everywhere. */
async function readIntention(call: Call): Promise<IntentionInput> {
  const body = await readBody(call);
  const failed = (code: 'refused' | 'bad-request') => (error: unknown) => {
    if (!(error instanceof DecodeError)) throw error;
    throw new MeshError(code, `Failed to decode request body: ${error.message}`, { cause: error });
  };
  const parsed = attempt(() => parseJson(body), failed('refused'));
  return attempt(() => intentionInput(parsed), failed('bad-request'));
}

function attempt<T>(work: () => T, failed: (error: unknown) => never): T {
  try {
    return work();
  } catch (error) {
    return failed(error);
  }
}

function requiredPair(call: Call): IntentionPair {
  return {
    source: intentionName(required(call, 'source'), 'source'),
    destination: intentionName(required(call, 'destination'), 'destination'),
  };
}

function required({ parameters }: Call, name: string): string {
  const value = parameters.get(name);
  if (value === '') throw new MeshError('refused', `required query parameter '${name}' not set`);
  return value;
}

function requireId(call: Call): string {
  if (call.rest === '') throw new MeshError('bad-request', 'failed intention lookup: no id is given');
  return call.name;
}

/** An id that is none is the client's fault in this one read. */
function asBadRequest(error: unknown): never {
  const isId = error instanceof MeshError && error.code === 'refused' && error.message.startsWith('failed config entry lookup');
  throw isId ? new MeshError('bad-request', `Bad request: ${error.message}`, { cause: error }) : error;
}
