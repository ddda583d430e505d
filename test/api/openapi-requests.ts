/** Random requests made of the API's own description: mostly sensible, often slightly wrong, sometimes nonsense. */
import fc from 'fast-check';

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly required?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly parameters: readonly { readonly $ref?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** The agent would stop, read its files, or answer without end. */
const leftOut = /^\/v1\/agent\/(?:leave|reload|monitor)$/;

const names = fc.constantFrom('a', 'web', 'n1', 'db', 'c1', 'serfHealth', 'consul', '8a1bcd2e-0000-4000-8000-000000000000', 'global', '*');
const junk = fc.oneof(
  fc.constantFrom('', '0', '-1', '1e99', '18446744073709551616', 'null', '../..', '//', '\0', '%', '\u2028', 'x'.repeat(600), '"', '{}'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const word = fc.oneof({ weight: 3, arbitrary: names }, { weight: 1, arbitrary: junk });
/** Bytes of any kind, which is what the last part of a path may be. */
const pathEnd = fc.oneof(
  { weight: 6, arbitrary: word.map(encodeURIComponent) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'a/b', '..', '%zz', '%2F%2F', 'a%00b') },
);

export function requests({ paths, components }: Description): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(paths)
    .filter(([path]) => !leftOut.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) =>
    fc
      .record({
        method: fc.oneof(
          { weight: 12, arbitrary: fc.constant(method) },
          { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH') },
        ),
        end: pathEnd,
        query: query(operation, components.parameters),
        headers: headers,
        body: bodyOf(operation),
      })
      .map(({ end, query, ...rest }) => ({ ...rest, path: `${path.replace(/\{\w+\}/, () => end)}${query}` })),
  );
}

const headers = fc
  .record(
    {
      'x-consul-token': fc.constantFrom('anonymous', 't'),
      authorization: fc.constantFrom('Bearer t', 'Basic x', 'Bearer'),
      'cache-control': fc.constantFrom('max-age=1', 'max-age=x', 'no-cache', ',,'),
      'accept-encoding': fc.constantFrom('gzip', '*;q=0', ',,'),
      accept: fc.constantFrom('text/plain', '*/*'),
      'content-type': fc.constantFrom('text/html', 'application/json', ';'),
    },
    { requiredKeys: [] },
  )
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>);

function query({ parameters }: Operation, known: Description['components']['parameters']): fc.Arbitrary<string> {
  const given = parameters.flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref.replace(/.*\//, '')]));
  const pair = fc.constantFrom(...given).chain((name) => value(known[name]?.schema ?? {}).map((text): [string, string] => [name, text]));
  return fc.array(pair, { maxLength: 3 }).map((pairs) => {
    if (pairs.length === 0) return '';
    // Nobody waits here: what may block does so for a moment.
    const waits = pairs.some(([name]) => name === 'index') ? [...pairs.filter(([name]) => name !== 'wait'), ['wait', '1ms']] : pairs;
    return `?${waits.map(([name, text]) => `${name}=${encodeURIComponent(text ?? '')}`).join('&')}`;
  });
}

function value({ type }: Schema): fc.Arbitrary<string> {
  const sensible =
    type === 'integer'
      ? fc.nat({ max: 99 }).map(String)
      : type === 'boolean'
        ? fc.constantFrom('true', 'false', '1', '')
        : fc.oneof(names, fc.constantFrom('Name == "a"', '10ms', 'n:1', 'a:b'));
  return fc.oneof({ weight: 3, arbitrary: sensible }, { weight: 1, arbitrary: junk });
}

function bodyOf({ requestBody }: Operation): fc.Arbitrary<Buffer> {
  const schema = requestBody?.content['application/json']?.schema;
  const bytes = fc.uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given));
  const anything = fc.oneof(
    bytes,
    fc.jsonValue({ maxDepth: 3 }).map(asJson),
    fc.constantFrom('', 'null', '[]', '{"', '['.repeat(70)).map((text) => Buffer.from(text)),
  );
  if (schema === undefined) return fc.oneof({ weight: 3, arbitrary: fc.constant(Buffer.alloc(0)) }, { weight: 1, arbitrary: anything });
  return fc.oneof({ weight: 6, arbitrary: data(schema, 5).map(asJson) }, { weight: 1, arbitrary: anything });
}

function asJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value) ?? 'null');
}

/** Data of a schema; here and there something else stands in its place. */
function data(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom<unknown>(null, 7, -1, 1.5, 'x', true, [], {}, [null]);
  return fc.oneof({ weight: 24, arbitrary: right(schema, depth) }, { weight: 1, arbitrary: wrong });
}

function right({ type, items, properties, additionalProperties, required = [], ...schema }: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => right(one, depth)));
  const kind = typeof type === 'string' ? type : type?.[0];
  if (depth <= 0) return fc.constant(null);
  if (kind === 'string') return fc.oneof(word, fc.constantFrom('10s', '1m', 'set', 'get', 'passing', 'http://127.0.0.1:1/', '127.0.0.1:1'));
  if (kind === 'integer' || kind === 'number') return fc.constantFrom(0, 1, 8500, 65536, -1, 2 ** 53);
  if (kind === 'boolean') return fc.boolean();
  if (kind === 'array') return fc.array(data(items ?? {}, depth - 1), { maxLength: 3 });
  if (kind !== 'object') return fc.jsonValue({ maxDepth: 2 });
  if (properties === undefined) return fc.dictionary(word, data(additionalProperties || {}, depth - 1), { maxKeys: 3 });
  const fields = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => [name, data(schema, depth - 1)]);
  const always = fields.filter(([name]) => required.includes(name));
  const some = fc.subarray(fields, { maxLength: Math.min(6, fields.length) });
  return some.chain((chosen) => fc.record(Object.fromEntries([...chosen, ...always])));
}
