/** `/v1/kv/`: docs/api/kv.md. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import { type KvKey, keyFromByteString, keyFromText } from '../../model/kv-key.js';
import type { KvPut } from '../../model/write.js';
import { sendBody, sendBoolean, sendJson, sendNothing } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { kvEntryBody, kvKeysBody, kvListBody, kvRawBody } from '../encode/kv.js';
import { kvMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import type { Parameters } from '../parameters.js';
import { read } from '../read.js';
import { type ReadOptions, readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';

export const kvRoutes: readonly Route[] = [
  {
    path: '/v1/kv/',
    methods: { GET: get, PUT: put, DELETE: remove },
    takes: {
      GET: { query: [...readParameters, 'keys', 'recurse', 'raw', 'separator', 'seperator'] },
      PUT: { query: [...readParameters, 'flags', 'cas', 'acquire', 'release'], body: 'bytes' },
      DELETE: { query: [...readParameters, 'recurse', 'cas'] },
    },
  },
];

async function get(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { parameters } = call;
  if (parameters.has('keys')) return getKeys(call, options);
  if (parameters.has('recurse')) return getTree(call, options);
  requireKey(call);
  const { value, headers } = await read(call, { kind: 'kv.get', key: keyOf(call) }, options, kvMeta);
  if (value === null) return sendNothing(call, 404, headers);
  if (parameters.has('raw')) return sendBody(call, { ...raw, body: kvRawBody(value), headers: [...headers, ...rawHeaders] });
  return sendJson(call, kvEntryBody(value), headers);
}

const raw = { status: 200, contentType: 'text/plain' };
/** A value is whatever somebody stored; no browser may take it for a page. */
const rawHeaders = ['X-Content-Type-Options', 'nosniff', 'Content-Security-Policy', 'sandbox'];

async function getTree(call: Call, options: ReadOptions): Promise<void> {
  const { value, headers } = await read(call, { kind: 'kv.list', prefix: keyOf(call) }, options, kvMeta);
  return value.length === 0 ? sendNothing(call, 404, headers) : sendJson(call, kvListBody(value), headers);
}

async function getKeys(call: Call, options: ReadOptions): Promise<void> {
  const { parameters } = call;
  // The misspelling is as old as the API.
  const separator = keyFromText(parameters.get(parameters.has('separator') ? 'separator' : 'seperator'));
  const { value, headers } = await read(call, { kind: 'kv.keys', prefix: keyOf(call), separator }, options, kvMeta);
  return value.length === 0 ? sendNothing(call, 404, headers) : sendJson(call, kvKeysBody(value), headers);
}

async function put(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  refuseNamespace(call);
  requireKey(call);
  refuseTwo(call.parameters, ['acquire', 'cas', 'release']);
  const conditions = putConditions(call.parameters);
  const bytesMax = call.context.settings.kvValueBytesMax;
  const body = await readBody(call, { bytesMax, setting: 'kv_max_value_size' });
  const value = body.toString('base64');
  const written = await call.context.backend.write({ kind: 'kv.put', key: keyOf(call), value, ...conditions }, { token, datacenter });
  return sendBoolean(call, written);
}

function putConditions(parameters: Parameters): Omit<KvPut, 'key' | 'value'> {
  return {
    flags: parameters.has('flags') ? unsigned(parameters.get('flags')) : '0',
    ...(parameters.has('cas') ? { cas: Number(unsigned(parameters.get('cas'))) } : {}),
    ...(parameters.has('acquire') ? { acquire: parameters.get('acquire') } : {}),
    ...(parameters.has('release') ? { release: parameters.get('release') } : {}),
  };
}

async function remove(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  refuseNamespace(call);
  const { parameters } = call;
  const options = { token, datacenter };
  if (parameters.has('recurse')) {
    refuseTwo(parameters, ['recurse', 'cas']);
    return sendBoolean(call, await call.context.backend.write({ kind: 'kv.delete-tree', prefix: keyOf(call) }, options));
  }
  requireKey(call);
  const cas = parameters.has('cas') ? { cas: Number(unsigned(parameters.get('cas'))) } : {};
  return sendBoolean(call, await call.context.backend.write({ kind: 'kv.delete', key: keyOf(call), ...cas }, options));
}

/** The path is a byte string already, as keys are. */
function keyOf(call: Call): KvKey {
  return keyFromByteString(call.rest);
}

function requireKey(call: Call): void {
  if (call.rest === '') throw new MeshError('bad-request', 'Missing key name');
}

function refuseTwo(parameters: Parameters, names: readonly string[]): void {
  if (names.filter((name) => parameters.has(name)).length > 1) throw new MeshError('bad-request', `Conflicting flags: ${parameters}`);
}

/** Decimal digits of an unsigned 64-bit number. @throws MeshError `refused` with Go's words */
function unsigned(text: string): string {
  if (!/^\d+$/.test(text)) throw new MeshError('refused', `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`);
  if (BigInt(text) > 0xffff_ffff_ffff_ffffn)
    throw new MeshError('refused', `strconv.ParseUint: parsing ${goQuote(text)}: value out of range`);
  return BigInt(text).toString();
}
