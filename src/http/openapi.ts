/**
 * The API described by OpenAPI 3.1, made of the route table: `GET /v1/openapi.json`. Made once, when somebody asks.
 * https://spec.openapis.org/oas/v3.1.0
 */
import { version } from '../lib/version.js';
import { type JsonSchema, schemaOf } from '../model/json-schema.js';
import { sendJson } from './answer.js';
import { Encoded } from './encode/encoded.js';
import { commonParameters, type ParameterName, parameterTable } from './parameter-table.js';
import type { Method, Route, Takes } from './route.js';

/** `routes` is asked for late: the description is one of them. */
export function openApiRoutes(routes: () => readonly Route[]): readonly Route[] {
  let made: Encoded | null = null;
  const send: Route['methods']['GET'] = async (call) => {
    made ??= new Encoded(JSON.stringify(describeApi(routes())));
    return sendJson(call, made);
  };
  return [{ path: '/v1/openapi.json', methods: { GET: send } }];
}

export function describeApi(routes: readonly Route[]) {
  return {
    openapi: '3.1.0',
    info: { title: 'mesh', version, description: 'Service discovery, health checking and configuration; the API of Consul 1.10.' },
    paths: Object.fromEntries(routes.flatMap(pathsOf)),
    components: { parameters: parameterComponents, responses: responseComponents },
  };
}

type Path = readonly [path: string, operations: Readonly<Record<string, Operation>>];

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

function pathsOf({ path, methods, endings = {}, takes = {} }: Route): readonly Path[] {
  const shown = path.endsWith('/') ? `${path}{${restName(path)}}` : path;
  const below = Object.entries(endings).map(([ending, own]): Path => [`${shown}${ending}`, operations(`${shown}${ending}`, own, takes)]);
  return [[shown, operations(shown, methods, takes)], ...below];
}

function operations(path: string, methods: Route['methods'], takes: NonNullable<Route['takes']>): Path[1] {
  const names = Object.keys(methods) as Method[];
  return Object.fromEntries(names.map((method) => [method.toLowerCase(), operation(path, method, takes[method] ?? {})]));
}

function operation(path: string, method: Method, { query = [], body }: Takes): Operation {
  const rest = /\{(\w+)\}/.exec(path)?.[1];
  const inPath = rest === undefined ? [] : [{ name: rest, in: 'path', required: true, schema: { type: 'string' } }];
  const names = [...new Set([...commonParameters, ...query])];
  return {
    operationId: `${method.toLowerCase()}${path.replace(/^\/v1/, '').replace(/[^A-Za-z0-9]+(.?)/g, (_whole, next: string) => next.toUpperCase())}`,
    tags: [path.split('/')[2] ?? ''],
    parameters: [...inPath, ...names.map((name) => ({ $ref: `#/components/parameters/${name}` }))],
    ...(body !== undefined && { requestBody: bodyOf(body) }),
    responses: responseReferences,
  };
}

/** The path ends in what the area is about; a slash in it belongs to it. */
function restName(path: string): string {
  if (path === '/v1/kv/') return 'key';
  return /\/(?:id|info|destroy|renew|check|deregister|query|pass|warn|fail|update)\/$/.test(path) ? 'id' : 'name';
}

function bodyOf(body: NonNullable<Takes['body']>): object {
  if (body === 'bytes') return { content: { 'application/octet-stream': { schema: {} } } };
  return { content: { 'application/json': { schema: schemaOf(body) } } };
}

const schemas: Readonly<Record<(typeof parameterTable)[ParameterName]['kind'], JsonSchema>> = {
  flag: { type: 'string' },
  text: { type: 'string' },
  texts: { type: 'array', items: { type: 'string' } },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  duration: { type: 'string' },
};

const parameterComponents = Object.fromEntries(
  Object.entries(parameterTable).map(([name, { kind, doc }]) => [
    name,
    { name, in: 'query', description: doc, schema: schemas[kind], ...(kind === 'flag' && { allowEmptyValue: true }) },
  ]),
);

const text = { 'text/plain': { schema: { type: 'string' } } };
const responseComponents = {
  Answer: { description: 'done; JSON unless something else was asked for', content: { 'application/json': { schema: {} } } },
  BadRequest: { description: 'the request makes no sense', content: text },
  Forbidden: { description: 'not allowed', content: text },
  NotFound: { description: 'there is none', content: text },
  Conflict: { description: 'a transaction failed; nothing of it was done', content: { 'application/json': { schema: {} } } },
  Timeout: { description: 'the request came too slowly', content: text },
  TooLarge: { description: 'the body is larger than its limit', content: text },
  TooMany: { description: 'too many connections or waiting queries, or a service in state warning', content: text },
  Refused: {
    description: 'a rule of the store refuses it, there is no leader, or the datacenter is unknown; the text says which',
    content: text,
  },
  Unavailable: { description: 'the agent is stopping, or a service is critical', content: text },
} as const;

const statuses: Readonly<Record<string, keyof typeof responseComponents>> = {
  '200': 'Answer',
  '400': 'BadRequest',
  '403': 'Forbidden',
  '404': 'NotFound',
  '408': 'Timeout',
  '409': 'Conflict',
  '413': 'TooLarge',
  '429': 'TooMany',
  '500': 'Refused',
  '503': 'Unavailable',
};
const responseReferences = Object.fromEntries(
  Object.entries(statuses).map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
);
