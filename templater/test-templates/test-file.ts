/**
 * A file of golden tests: data in, files out.
 *
 *     config = "../mesh-template.toml"      # a file of ours, a directory of them, or a confd directory
 *
 *     [[test]]
 *     name = "two servers"
 *     keys = { app = { port = 80 } }        # app/port
 *     [[test.service]]
 *     name = "web"
 *     address = "10.0.0.1"
 *     [test.expect]
 *     "/etc/web.conf" = "port 80\n"
 */
import { dirname, resolve } from 'node:path';
import type { TomlPath } from '../../src/lib/toml-places.js';
import { decodeTable, type FailAt, isTable, type KeyRows, type Table, unknownKeys, type Values } from '../native/table-values.js';
import type { Fixture, FixtureService } from './fixture.js';

export const testFileKeys = {
  config: { type: 'list', about: 'what is tested: files of our own, directories of them, or a directory of confd; beside the test' },
  test: { type: 'table', about: '`[[test]]`, one table for each' },
} as const satisfies KeyRows;

export const testKeys = {
  name: { type: 'string', about: 'told when it fails' },
  resources: { type: 'list', about: 'names of the resources that are rendered; default: those whose files are expected, or all' },
  keys: { type: 'table', about: 'the store: `{ "app/port" = "80" }` or, the same, `{ app = { port = 80 } }`' },
  service: { type: 'table', about: '`[[test.service]]`, one table for each instance' },
  env: { type: 'table', about: 'the environment; there is nothing else in it' },
  now: { type: 'string', about: 'the time, such as "2026-01-31T12:00:00Z"; default "2000-01-01T00:00:00Z"' },
  files: { type: 'table', about: 'path = contents, for `file`' },
  plugins: { type: 'table', about: '"program argument" = output, for `plugin`' },
  hosts: { type: 'table', about: 'name = list of addresses, for `lookupIP` and its like' },
  expect: { type: 'table', about: 'destination = contents; all files that are rendered have to be there' },
  error: { type: 'string', about: 'instead of `expect`: a part of the error that is to come' },
} as const satisfies KeyRows;

export const serviceKeys = {
  name: { type: 'string', about: 'of the service' },
  id: { type: 'string', about: 'default: its name and a number' },
  node: { type: 'string', about: 'default "node-1", "node-2" …' },
  node_address: { type: 'string', about: 'default: `address`' },
  address: { type: 'string', about: 'default "127.0.0.1"' },
  port: { type: 'integer', about: 'default 0' },
  tags: { type: 'strings', about: 'default none' },
  meta: { type: 'table', about: 'default none' },
  status: { type: 'string', about: '"passing" (default), "warning" or "critical"' },
} as const satisfies KeyRows;

export interface TestFile {
  readonly config: readonly string[];
  readonly tests: readonly GoldenTest[];
}

export interface GoldenTest {
  readonly name: string;
  /** Where it stands in its file. */
  readonly path: TomlPath;
  readonly resources: readonly string[] | undefined;
  readonly fixture: Fixture;
  readonly environment: ReadonlyMap<string, string>;
  readonly now: number;
  /** Destination as the file has it -> contents. */
  readonly expected: ReadonlyMap<string, string>;
  /** '' when there is to be none. */
  readonly error: string;
}

/** `failAt` makes messages about what is below a path. */
export function decodeTestFile(
  document: Table,
  { file, failAt }: { readonly file: string; readonly failAt: (path: TomlPath) => FailAt },
): TestFile {
  refuseUnknown(document, testFileKeys, failAt([]));
  const { test: tests = [], ...top } = document;
  const { config = [] } = decodeTable(top, testFileKeys, failAt([]));
  if (config.length === 0) failAt([])('config', 'there is no "config"');
  if (!Array.isArray(tests)) return failAt(['test'])('', '"test" must be tables: [[test]]');
  return {
    config: config.map((path) => resolve(dirname(file), path)),
    tests: tests.map((table: unknown, position) => {
      const path = ['test', position];
      return isTable(table) ? decodeTest(table, { path, failAt }) : failAt(path)('', '"test" must be tables: [[test]]');
    }),
  };
}

interface TestContext {
  readonly path: TomlPath;
  readonly failAt: (path: TomlPath) => FailAt;
}

function decodeTest(table: Table, { path, failAt }: TestContext): GoldenTest {
  const failHere = failAt(path);
  refuseUnknown(table, testKeys, failHere);
  const { service: services = [], ...plain } = table;
  const values = decodeTable(plain, testKeys, failHere);
  if (!Array.isArray(services)) return failHere('service', '"service" must be tables: [[test.service]]');
  const textsOf = (key: 'env' | 'files' | 'plugins' | 'expect') => new Map(textPairs(values[key] ?? {}, failAt([...path, key])));
  return {
    name: values.name ?? `number ${Number(path[1]) + 1}`,
    path,
    resources: values.resources,
    fixture: {
      keys: new Map(leaves(values.keys ?? {}, failAt([...path, 'keys']))),
      services: services.map((service: unknown, position) =>
        decodeService(service, { path: [...path, 'service', position], failAt }, position),
      ),
      files: textsOf('files'),
      plugins: textsOf('plugins'),
      hosts: new Map(
        Object.entries(values.hosts ?? {}).map(([name, list]) => [
          name,
          addresses(list, () => failHere('hosts', `the addresses of ${name} must be a list`)),
        ]),
      ),
    },
    environment: textsOf('env'),
    now: timeOf(values.now ?? '2000-01-01T00:00:00Z', failHere),
    expected: textsOf('expect'),
    error: values.error ?? '',
  };
}

function refuseUnknown(table: Table, rows: KeyRows, failAt: FailAt): void {
  const [unknown] = unknownKeys(table, Object.keys(rows));
  if (unknown !== undefined) failAt(unknown.key, unknown.text);
}

function timeOf(text: string, failAt: FailAt): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? failAt('now', `"now" must be such as "2026-01-31T12:00:00Z", not ${JSON.stringify(text)}`) : time;
}

function addresses(list: unknown, fail: () => never): readonly string[] {
  return Array.isArray(list) ? list.map(String) : fail();
}

function textPairs(table: Table, failAt: FailAt): readonly (readonly [string, string])[] {
  return Object.entries(table).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : failAt(name, `"${name}" must be a string`),
  ]);
}

/** { app: { port: 80 } } -> ["app/port", "80"] */
function leaves(table: Table, failAt: FailAt): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([name, value]) => {
    if (isTable(value)) return leaves(value, failAt).map(([inner, text]) => [`${name}/${inner}`, text] as const);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return failAt(name, `the value of "${name}" must be a text or a number`);
    return [[name.replace(/^\//, ''), String(value)] as const];
  });
}

function decodeService(table: unknown, { path, failAt }: TestContext, position: number): FixtureService {
  const failHere = failAt(path);
  if (!isTable(table)) return failHere('', '"service" must be tables: [[test.service]]');
  refuseUnknown(table, serviceKeys, failHere);
  const values: Values<typeof serviceKeys> = decodeTable(table, serviceKeys, failHere);
  const name = values.name || failHere('name', 'a service must have a "name"');
  const address = values.address ?? '127.0.0.1';
  return {
    name,
    id: values.id ?? `${name}-${position + 1}`,
    node: values.node ?? `node-${position + 1}`,
    nodeAddress: values.node_address ?? address,
    address,
    port: values.port ?? 0,
    tags: values.tags ?? [],
    meta: Object.fromEntries(textPairs(values.meta ?? {}, failAt([...path, 'meta']))),
    status: statusOf(values.status, failHere),
  };
}

function statusOf(text: string | undefined, failAt: FailAt): FixtureService['status'] {
  switch (text) {
    case undefined:
      return 'passing';
    case 'passing':
    case 'warning':
    case 'critical':
      return text;
    default:
      return failAt('status', `"status" must be "passing", "warning" or "critical", not ${JSON.stringify(text)}`);
  }
}
