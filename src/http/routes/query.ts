/** `/v1/query`: docs/api/query.md. */

import { preparedQueryInput } from '../../model/decode/prepared-query.js';
import { MeshError } from '../../model/errors.js';
import { sendJson, sendJsonText, sendNothing, sendText } from '../answer.js';
import { readJson } from '../body.js';
import type { Call } from '../call.js';
import { jsonText } from '../encode/json.js';
import { explainJson, queriesBody, queryForm, type ResultMeta, resultJson } from '../encode/query.js';
import { catalogMeta } from '../meta.js';
import { listParameters, readParameters } from '../parameter-table.js';
import { parseBoolean } from '../parameters.js';
import { type Read, read, readCached } from '../read.js';
import { listArguments, readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';
import { sourceOf } from '../source-address.js';

export const queryRoutes: readonly Route[] = [
  {
    path: '/v1/query',
    methods: { GET: list, POST: create },
    takes: { GET: { query: readParameters }, POST: { query: readParameters, body: preparedQueryInput } },
  },
  {
    path: '/v1/query/',
    methods: { GET: readOne, PUT: update, DELETE: remove },
    endings: { '/execute': { GET: execute }, '/explain': { GET: explain } },
    takes: {
      GET: { query: [...listParameters, 'limit', 'connect'] },
      PUT: { query: readParameters, body: preparedQueryInput },
      DELETE: { query: readParameters },
    },
  },
];

async function list(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'query.list' }, options, catalogMeta);
  return sendJson(call, queriesBody(value), headers);
}

async function create(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = await readJson(call, preparedQueryInput);
  return sendJsonText(call, `{"ID":${jsonText(await call.context.backend.write({ kind: 'query.create', query }, options))}}`);
}

async function readOne(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'query.read', id: call.name }, options, catalogMeta);
  return value === null ? notFound(call) : sendJsonText(call, `[${queryForm(value)}]`, headers);
}

/** The id in the path is the one that counts. */
async function update(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { ...(await readJson(call, preparedQueryInput)), ID: call.name };
  await call.context.backend.write({ kind: 'query.update', query }, options);
  return sendNothing(call);
}

async function remove(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  await call.context.backend.write({ kind: 'query.delete', id: call.name }, options);
  return sendNothing(call);
}

async function execute(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = {
    kind: 'query.execute' as const,
    nameOrId: call.name,
    near: listArguments(call).near,
    limit: limitOf(call.parameters.get('limit')),
    connect: connectOf(call.parameters.get('connect')),
    source: { agentNode: call.context.settings.node, address: sourceOf(call) },
  };
  const answer = await readCached(call, query, options, catalogMeta);
  return answer.value === null ? notFound(call) : sendJsonText(call, resultJson(answer.value, metaOf(answer)), answer.headers);
}

async function explain(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const answer = await read(call, { kind: 'query.explain', nameOrId: call.name }, options, catalogMeta);
  return answer.value === null ? notFound(call) : sendJsonText(call, explainJson(answer.value, metaOf(answer)), answer.headers);
}

function notFound(call: Call): void {
  sendText(call, 404, 'Query not found');
}

function metaOf({ headers, lastContactMs, knownLeader }: Read<unknown>): ResultMeta {
  const consistency = headers[headers.indexOf('X-Consul-Effective-Consistency') + 1] ?? 'leader';
  return { lastContactMs, knownLeader, consistency };
}

/** @throws MeshError `refused` */
function connectOf(text: string): boolean {
  const connect = text === '' ? false : parseBoolean(text);
  if (connect !== null) return connect;
  throw new MeshError('refused', `Error parsing 'connect' value: strconv.ParseBool: parsing ${jsonText(text)}: invalid syntax`);
}

/** 0 and less is all. @throws MeshError `refused` */
function limitOf(text: string): number {
  if (text === '') return 0;
  const limit = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(limit)) return limit;
  const fault = Number.isNaN(limit) ? 'invalid syntax' : 'value out of range';
  throw new MeshError('refused', `Bad limit: strconv.Atoi: parsing ${jsonText(text)}: ${fault}`);
}
