import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeApi } from '../../../src/http/openapi.js';
import { commonParameters, type ParameterName, parameterTable, readParameters } from '../../../src/http/parameter-table.js';
import { Parameters } from '../../../src/http/parameters.js';
import type { Route, Takes } from '../../../src/http/route.js';
import { routes } from '../../../src/http/routes.js';
import { type Fake, send, startFake } from './fake-agent.js';

const document = describeApi(routes);
let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());

describe('the description of the API', () => {
  test('is served', async () => {
    const got = await send(fake.base, '/v1/openapi.json');
    expect(got).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(got.text)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('has each method of each route, once', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const endings = ({ endings = {} }: Route) => Object.values(endings).flatMap((methods) => Object.keys(methods));
    expect(described.length).toBe(routes.flatMap((route) => [...Object.keys(route.methods), ...endings(route)]).length);
    const ids = Object.values(document.paths).flatMap((operations) => Object.values(operations).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('points to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    const components: Readonly<Record<string, object>> = document.components;
    expect(references.filter(([, kind = '', name = '']) => !Object.hasOwn(components[kind] ?? {}, name))).toEqual([]);
  });

  test('knows the fields of bodies', () => {
    const body = JSON.stringify(document.paths['/v1/catalog/register']?.put);
    for (const field of ['NodeMeta', 'TaggedAddresses', 'Weights', 'Upstreams', 'DeregisterCriticalServiceAfter'])
      expect(body).toContain(field);
  });
});

test('only values, payloads and archives are bytes; every other body has its fields described', () => {
  const bodies = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.values(operations).flatMap(({ requestBody }) =>
      requestBody === undefined ? [] : [{ path, body: JSON.stringify(requestBody) }],
    ),
  );
  expect(bodies.filter(({ body }) => body.includes('octet-stream')).map(({ path }) => path)).toEqual([
    '/v1/kv/{key}',
    '/v1/snapshot',
    '/v1/event/fire/{name}',
  ]);
  expect(bodies.filter(({ body }) => body.includes('"schema":{}') && !body.includes('octet-stream'))).toEqual([]);
  const entry = JSON.stringify(document.paths['/v1/config']?.put);
  for (const words of ['"const":"service-splitter"', 'MeshDestinationsOnly', 'RequestTimeout', '"required":["Kind"]'])
    expect(entry).toContain(words);
  expect(JSON.stringify(document.paths['/v1/connect/intentions/exact']?.put)).toContain('SourceName');
});

/** Every parameter that a handler looks at must be among those its route says it takes. */
describe('the parameters that handlers ask for', () => {
  const operations = routes.flatMap(({ path, methods, takes = {} }) =>
    Object.keys(methods).map((method) => ({ path, method, takes: takes[method as keyof typeof takes] ?? ({} as Takes) })),
  );

  test.each(operations)('$method $path', async ({ path, method, takes }) => {
    const asked = new Set<string>();
    const spies = (['get', 'has', 'all'] as const).map((name) => {
      const original: (name: string) => unknown = Parameters.prototype[name];
      return vi.spyOn(Parameters.prototype, name).mockImplementation(function (this: Parameters, parameter: string) {
        asked.add(parameter);
        return original.call(this, parameter) as never;
      });
    });
    const target = path.endsWith('/') ? `${path}some-name` : path;
    // Each parameter alone, because some decide which others are looked at.
    for (const query of ['', 'cas=0', 'keys', 'recurse', 'enable=true', 'raw', 'source=a', 'by=source']) {
      const aborted = /monitor|snapshot/.test(path);
      if (!aborted) await send(fake.base, `${target}?x&${query}`, { method, body: method === 'GET' ? '' : '{}' });
    }
    for (const spy of spies) spy.mockRestore();
    const known = new Set<string>([...commonParameters, ...readParameters, ...(takes.query ?? [])]);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });
});

test('every parameter is taken by some route', () => {
  const taken = new Set<ParameterName>([
    ...commonParameters,
    ...routes.flatMap(({ takes = {} }) => Object.values(takes).flatMap(({ query = [] }) => query)),
  ]);
  expect(Object.keys(parameterTable).filter((name) => !taken.has(name as ParameterName))).toEqual([]);
});

test('the pages in docs/api name no endpoint that is not there', () => {
  const text = readdirSync('docs/api')
    .map((page) => readFileSync(`docs/api/${page}`, 'utf8'))
    .join('\n');
  const named = new Set([...text.matchAll(/`(?:GET|PUT|POST|DELETE) (\/v1\/[a-z0-9/.-]+)/g)].map(([, path = '']) => path));
  expect(named.size).toBeGreaterThan(30);
  const isThere = (path: string) =>
    routes.some((route) => (route.path.endsWith('/') ? `${path}/`.startsWith(route.path) : route.path === path.replace(/\/$/, '')));
  expect([...named].filter((path) => !isThere(path))).toEqual([]);
});
