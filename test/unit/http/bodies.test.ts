import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());
beforeEach(() => {
  fake.writes.length = 0;
  fake.calls.length = 0;
  fake.outcome = ({ kind }) => (kind === 'txn' ? { results: [], errors: [] } : kind === 'session.create' ? 'the-id' : true);
});

const put = (path: string, body: string | Buffer = '', headers: Record<string, string> = {}) =>
  send(fake.base, path, { method: 'PUT', body, headers });

describe('hostile bodies', () => {
  const paths = ['/v1/catalog/register', '/v1/catalog/deregister', '/v1/agent/service/register', '/v1/agent/check/register'];
  const bodies = ['', ' \n', 'nope', '[]', '7', '"x"', '{"', '{"Node":7,"Name":7}', '\ufeff{', '\0'];
  test.each(paths.flatMap((path) => bodies.map((body) => ({ path, body }))))('$path with $body is a 400', async ({ path, body }) => {
    const got = await put(path, body);
    expect(got.status).toBe(400);
    expect(got.text).toMatch(/^Request decode failed: ./);
    expect([...fake.writes, ...fake.calls]).toEqual([]);
  });

  test.each(['/v1/agent/service/register', '/v1/agent/check/register'])('%s with null is a 400', async (path) => {
    expect((await put(path, 'null')).status).toBe(400);
  });

  test.each(paths)('%s names a field it does not know', async (path) => {
    expect(await put(path, '{"Bogus":1}')).toMatchObject({ status: 400, text: 'Request decode failed: json: unknown field "Bogus"' });
  });

  test('names that belong to the language are names like others', async () => {
    expect((await put('/v1/catalog/register', '{"__proto__":{"Node":"x"}}')).status).toBe(400);
    expect((await put('/v1/catalog/register', '{"constructor":1}')).status).toBe(400);
    await put('/v1/catalog/register', '{"Node":"n","NodeMeta":{"__proto__":"x"}}');
    expect(({} as Record<string, unknown>).Node).toBeUndefined();
  });

  test('a body beyond 4 MiB is a 413, whatever its type', async () => {
    const got = await put('/v1/catalog/register', Buffer.alloc(4 * 1024 * 1024 + 1, ' '), { 'content-type': ';;;' });
    expect(got.status).toBe(413);
  });

  test('deep nesting is a fault of the body, not of the agent', async () => {
    const got = await put('/v1/catalog/register', `${'['.repeat(100_000)}`);
    expect(got.status).toBe(400);
  });
});

describe('a registration', () => {
  test('has every default filled in', async () => {
    await put(
      '/v1/catalog/register',
      '{"node":"n","ADDRESS":"a","Service":{"Service":"web"},"Check":{"Name":"c","Definition":{"HTTP":"u","Interval":"10s","Timeout":1000000000}}}',
    );
    expect(fake.writes[0]?.write).toEqual({
      kind: 'catalog.register',
      node: { ID: '', Node: 'n', Address: 'a', Datacenter: 'dc1', TaggedAddresses: null, Meta: null },
      skipNodeUpdate: false,
      service: {
        ...{ Kind: '', ID: '', Service: 'web', Tags: [], Address: '', TaggedAddresses: null, Meta: null, Port: 0, SocketPath: '' },
        ...{ Weights: { Passing: 1, Warning: 1 }, EnableTagOverride: false, Proxy: { Mode: '', MeshGateway: {}, Expose: {} }, Connect: {} },
      },
      checks: [
        {
          ...{
            Node: '',
            CheckID: '',
            Name: 'c',
            Status: '',
            Notes: '',
            Output: '',
            ServiceID: '',
            ServiceName: '',
            ServiceTags: [],
            Type: '',
          },
          ...{ Interval: '', Timeout: '', ExposedPort: 0, Definition: { HTTP: 'u', Interval: '10s', Timeout: '1s' } },
        },
      ],
    });
  });
});

describe('a session', () => {
  const created = async (body: string) => {
    await put('/v1/session/create', body);
    const write = fake.writes.at(-1)?.write;
    return write?.kind === 'session.create' ? write.session : undefined;
  };

  test.each([
    { body: '', session: { Node: 'n1', NodeChecks: ['serfHealth'], LockDelay: 15e9, Behavior: 'release', TTL: '', ServiceChecks: null } },
    { body: '{}', session: { Node: 'n1', NodeChecks: ['serfHealth'] } },
    { body: 'null', session: { Node: 'n1', NodeChecks: ['serfHealth'] } },
    { body: '{"Checks":null}', session: { NodeChecks: [] } },
    { body: '{"NodeChecks":null}', session: { NodeChecks: null } },
    { body: '{"nodechecks":["a"]}', session: { NodeChecks: ['a'] } },
    { body: '{"Node":""}', session: { Node: '' } },
    { body: '{"LockDelay":5}', session: { LockDelay: 5e9 } },
    { body: '{"LockDelay":15000000000}', session: { LockDelay: 15e9 } },
    { body: '{"LockDelay":"1500ms"}', session: { LockDelay: 15e8 } },
    { body: '{"Bogus":1,"TTL":"10s","Behavior":"delete"}', session: { TTL: '10s', Behavior: 'delete' } },
    { body: '{"ServiceChecks":[{"ID":"x"}]}', session: { ServiceChecks: [{ ID: 'x', Namespace: '' }] } },
  ])('from $body', async ({ body, session }) => {
    expect(await created(body)).toMatchObject(session);
  });

  test.each([
    { body: '{"LockDelay":"abc"}', status: 400, text: 'Request decode failed: time: invalid duration "abc"' },
    { body: '{"Behavior":"keep"}', status: 500, text: "Invalid Behavior setting 'keep'" },
    { body: '{"TTL":15}', status: 400, text: /^Request decode failed: / },
  ])('$body is refused', async ({ body, status, text }) => {
    const got = await put('/v1/session/create', body);
    expect(got.status).toBe(status);
    expect(got.text).toMatch(text);
  });
});

describe('a transaction', () => {
  test('keeps 64-bit flags and forgets empty operations', async () => {
    await put('/v1/txn', '[{},{"KV":{"Verb":"set","Key":"k","Value":"eA==","Flags":18446744073709551615}}]');
    expect(fake.writes[0]?.write).toEqual({
      kind: 'txn',
      operations: [{ kind: 'kv', verb: 'set', key: 'k', value: 'eA==', flags: '18446744073709551615', index: 0, session: '' }],
    });
  });

  test('keeps nothing but JSON in records', async () => {
    await put('/v1/txn', '[{"Service":{"Verb":"set","Node":"n","Service":{"Service":"s","Proxy":{"Config":{"n":18446744073709551615}}}}}]');
    expect(JSON.stringify(fake.writes[0]?.write)).toContain('"Config":{"n":18446744073709552000}');
  });

  test.each([
    { body: '[{"KV":{"Verb":"set","Key":"k","Value":"***"}}]', text: 'Failed to parse body: illegal base64 data at input byte 0' },
    { body: '[{"KV":{"Verb":"set","Key":"k","Value":"eA="}}]', text: 'Failed to parse body: illegal base64 data at input byte 2' },
    {
      body: '[{"KV":{"Verb":"set","Key":"k","Flags":18446744073709551616}}]',
      text: /^Failed to parse body: json: cannot unmarshal number/,
    },
    { body: '[{"KV":{"Verb":"set","Key":"k","Flags":-1}}]', text: /^Failed to parse body: json: cannot unmarshal number/ },
    { body: '{"KV":{}}', text: /^Failed to parse body: ./ },
    { body: '', text: 'Failed to parse body: EOF' },
    { body: '[{"Nope":{}}]', text: 'Failed to parse body: json: unknown field "Nope"' },
  ])('$body is a 400', async ({ body, text }) => {
    const got = await put('/v1/txn', body);
    expect(got.status).toBe(400);
    expect(got.text).toMatch(text);
  });

  test('of more than 64 operations is a 413, and so is one too large a value', async () => {
    expect(await put('/v1/txn', JSON.stringify(Array(65).fill({ KV: { Verb: 'get', Key: 'k' } })))).toMatchObject({
      status: 413,
      text: 'Transaction contains too many operations (65 > 64)',
    });
    const other = await startFake({ kvValueBytesMax: 10, txnBodyBytesMax: 1000 });
    const Value = Buffer.alloc(11).toString('base64');
    const got = await send(other.base, '/v1/txn', { method: 'PUT', body: JSON.stringify([{ KV: { Verb: 'set', Key: 'k', Value } }]) });
    expect(got).toMatchObject({ status: 413, text: 'Value for key "k" is too large (11 > 10 bytes)' });
    await other.server.stop();
  });
});
