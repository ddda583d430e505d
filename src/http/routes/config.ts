/** `/v1/config`: docs/api/config.md. Entries are written in this datacenter, whatever `dc` says. */

import { decodeConfigEntry, knownKind } from '../../model/config-entry/decode.js';
import type { ConfigEntryInput } from '../../model/config-entry/entry.js';
import { isEntryKind } from '../../model/config-entry/shapes.js';
import { parseJson } from '../../model/decode/json.js';
import { DecodeError } from '../../model/decode.js';
import { MeshError } from '../../model/errors.js';
import { sendBoolean, sendJson, sendText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { configEntriesBody, configEntryBody } from '../encode/config.js';
import { Encoded } from '../encode/encoded.js';
import { kvMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { textOf } from '../path.js';
import { read } from '../read.js';
import { readOptions, refuseNamespace, tokenOf } from '../read-options.js';
import type { Route } from '../route.js';

export const configRoutes: readonly Route[] = [
  { path: '/v1/config', methods: { PUT: put }, takes: { PUT: { query: [...readParameters, 'cas'], body: decodeConfigEntry } } },
  {
    path: '/v1/config/',
    methods: { GET: get, DELETE: remove },
    takes: { GET: { query: readParameters }, DELETE: { query: [...readParameters, 'cas'] } },
  },
];

const deleted = new Encoded('{}');

async function put(call: Call): Promise<void> {
  refuseNamespace(call);
  const entry = await readEntry(call);
  const write = { kind: 'config.put' as const, entry, ...requestedCas(call) };
  return sendBoolean(call, await call.context.backend.write(write, { token: tokenOf(call), datacenter: '' }));
}

async function get(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { kind, name } = kindAndName(call);
  if (name === null) {
    const entryKind = kind === '' ? '' : knownKind(kind);
    const { value, headers } = await read(call, { kind: 'config.list', entryKind }, options, kvMeta);
    return sendJson(call, configEntriesBody(value), headers);
  }
  const { value, headers } = await read(call, { kind: 'config.read', entryKind: knownKind(kind), name }, options, kvMeta);
  if (value === null) return sendText(call, 404, `Config entry not found for "${kind}" / "${name}"`, headers);
  return sendJson(call, configEntryBody(value), headers);
}

/** With `cas` the answer tells whether it was the version meant; without, there is nothing to tell. */
async function remove(call: Call): Promise<void> {
  refuseNamespace(call);
  const { kind, name } = kindAndName(call);
  if (name === null) throw new MeshError('not-found', 'Must provide both a kind and name to delete');
  if (!isEntryKind(kind)) throw new MeshError('bad-request', `invalid config entry kind: ${kind}`);
  const cas = requestedCas(call);
  const write = { kind: 'config.delete' as const, entryKind: kind, name, ...cas };
  const done = await call.context.backend.write(write, { token: tokenOf(call), datacenter: '' });
  return 'cas' in cas ? sendBoolean(call, done) : sendJson(call, deleted);
}

async function readEntry(call: Call): Promise<ConfigEntryInput> {
  const body = await readBody(call);
  try {
    return decodeConfigEntry(parseJson(body));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new MeshError('bad-request', `Bad request: Request decoding failed: ${error.message}`, { cause: error });
  }
}

/** "service-defaults/web" -> both; without a slash there is no name, and the last name may hold more of them. */
function kindAndName({ rest }: Call): { readonly kind: string; readonly name: string | null } {
  const slash = rest.indexOf('/');
  return slash < 0 ? { kind: textOf(rest), name: null } : { kind: textOf(rest.slice(0, slash)), name: textOf(rest.slice(slash + 1)) };
}

/** Numbers beyond 2^53 lose digits and match nothing, which is right: no index gets there. */
function requestedCas({ parameters }: Call): { readonly cas: number } | Record<string, never> {
  const text = parameters.get('cas');
  if (text === '') return {};
  if (/^\d{1,20}$/.test(text) && BigInt(text) <= 0xffff_ffff_ffff_ffffn) return { cas: Number(text) };
  throw new MeshError('refused', `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
}
