import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, key, type Registration, startServer } from './harness.js';

let mesh: Harness;
const start = async (registration: Registration = {}) => {
  mesh = await startServer();
  await mesh.register(registration);
};
afterEach(() => mesh.server.stop());

const info = async (id: string) => (await mesh.query({ kind: 'session.info', id })).value;
const unknown = '11111111-2222-3333-4444-555555555555';

describe('making one', () => {
  test('every field is kept', async () => {
    await start();
    const id = await mesh.session({ Name: 'x', TTL: '60s', Behavior: 'delete', LockDelay: 90e9 });
    expect(await info(id.toUpperCase())).toEqual({
      ...{ ID: id, Name: 'x', Node: 'n1', LockDelay: 90e9, Behavior: 'delete', TTL: '60s', NodeChecks: [], ServiceChecks: null },
      ...{ CreateIndex: 2, ModifyIndex: 2 },
    });
  });

  test.each([
    { name: 'too short a TTL', session: { TTL: '9s' }, text: "Invalid Session TTL '9000000000', must be between [10s=24h0m0s]" },
    { name: 'too long a TTL', session: { TTL: '86401s' }, text: "Invalid Session TTL '86401000000000', must be between [10s=24h0m0s]" },
    { name: 'a negative TTL', session: { TTL: '-10s' }, text: "Invalid Session TTL '-10000000000', must be between [10s=24h0m0s]" },
    { name: 'no duration', session: { TTL: 'abc' }, text: `Session TTL 'abc' invalid: time: invalid duration "abc"` },
    { name: 'no node', session: { Node: '' }, text: 'Must provide Node' },
    { name: 'an unknown node', session: { Node: 'none' }, text: 'apply failed: Missing node registration' },
    { name: 'an unknown check', session: { NodeChecks: ['none'] }, text: "apply failed: Missing check 'none' registration" },
    {
      name: 'an unknown service check',
      session: { ServiceChecks: [{ ID: 'none', Namespace: '' }] },
      text: "apply failed: Missing check 'none' registration",
    },
    { name: 'a critical check', session: { NodeChecks: ['down'] }, text: "apply failed: Check 'down' is in critical state" },
  ])('$name is refused', async ({ session, text }) => {
    await start({ checks: [{ CheckID: 'down', Status: 'critical' }] });
    await expect(mesh.session(session)).rejects.toMatchObject({ code: 'refused', message: text });
  });
});

describe('ids', () => {
  test('unknown ones: nothing to show, destroyed already, nothing to renew', async () => {
    await start();
    expect(await info(unknown)).toBeNull();
    expect(await mesh.write({ kind: 'session.destroy', id: unknown })).toBe(true);
    expect(await mesh.write({ kind: 'session.renew', id: unknown })).toBeNull();
  });

  test('malformed ones are refused, each with its text', async () => {
    await start();
    const text = 'failed session lookup: index error: UUID must be 36 characters';
    await expect(info('nonsense')).rejects.toMatchObject({ message: text });
    await expect(mesh.write({ kind: 'session.renew', id: 'nonsense' })).rejects.toMatchObject({ message: text });
    await expect(mesh.write({ kind: 'session.destroy', id: 'nonsense' })).rejects.toMatchObject({ message: `apply failed: ${text}` });
  });
});

describe('the end', () => {
  const lock = async (more: Parameters<Harness['session']>[0]) => {
    const id = await mesh.session(more);
    expect(await mesh.put('l', '1', { acquire: id })).toBe(true);
    return id;
  };
  const locked = async () => (await mesh.get('l')).value?.Session;

  test('destroyed with release behaviour its keys stay and are free, in the same revision', async () => {
    await start();
    const id = await lock({});
    await mesh.write({ kind: 'session.destroy', id });
    expect((await mesh.get('l')).value).toMatchObject({ Session: '', LockIndex: 1, ModifyIndex: 4, CreateIndex: 3 });
    expect((await mesh.query({ kind: 'session.list' })).index).toBe(4);
  });

  test('destroyed with delete behaviour its keys go', async () => {
    await start();
    const id = await lock({ Behavior: 'delete' });
    await mesh.write({ kind: 'session.destroy', id });
    expect((await mesh.get('l')).value).toBeNull();
  });

  test.each([
    { name: 'its check turns critical', change: () => mesh.register({ checks: [{ CheckID: 'nc', Status: 'critical' }] }), ends: true },
    { name: 'its check only warns', change: () => mesh.register({ checks: [{ CheckID: 'nc', Status: 'warning' }] }), ends: false },
    { name: 'another check turns critical', change: () => mesh.register({ checks: [{ CheckID: 'x', Status: 'critical' }] }), ends: false },
    {
      name: 'its service check turns critical',
      change: () => mesh.register({ checks: [{ CheckID: 'sc', ServiceID: 'web', Status: 'critical' }] }),
      ends: true,
    },
    {
      name: 'its check is removed',
      change: () => mesh.write({ kind: 'catalog.deregister', node: 'N1', serviceId: '', checkId: 'nc' }),
      ends: true,
    },
    {
      name: 'the service of its check is removed',
      change: () => mesh.write({ kind: 'catalog.deregister', node: 'n1', serviceId: 'web', checkId: '' }),
      ends: true,
    },
    {
      name: 'its node is removed',
      change: () => mesh.write({ kind: 'catalog.deregister', node: 'n1', serviceId: '', checkId: '' }),
      ends: true,
    },
  ])('when $name', async ({ change, ends }) => {
    await start({ service: {}, checks: [{ CheckID: 'nc' }, { CheckID: 'sc', ServiceID: 'web' }] });
    const id = await lock({ NodeChecks: ['nc'], ServiceChecks: [{ ID: 'sc', Namespace: '' }] });
    await change();
    expect((await info(id)) === null).toBe(ends);
    expect(await locked()).toBe(ends ? '' : id);
  });

  test('twice the TTL after it was made or renewed', async () => {
    await start();
    const id = await lock({ TTL: '10s' });
    await mesh.clock.advance(19_000);
    expect(await mesh.write({ kind: 'session.renew', id })).toMatchObject({ ID: id });
    await mesh.clock.advance(19_000);
    expect(await info(id)).not.toBeNull();
    await mesh.clock.advance(2_000);
    expect([await info(id), await locked()]).toEqual([null, '']);
    expect(await mesh.write({ kind: 'session.renew', id })).toBeNull();
  });

  test('never without a TTL', async () => {
    await start();
    const id = await lock({ TTL: '0s' });
    await mesh.clock.advance(48 * 3_600_000);
    expect(await info(id)).not.toBeNull();
  });

  test('a released lock has no delay, a lost one has at most a minute', async () => {
    await start();
    const [one, two] = [await lock({ LockDelay: 90e9 }), await mesh.session()];
    await mesh.put('l', '1', { release: one });
    expect(await mesh.put('l', '2', { acquire: two })).toBe(true);
    await mesh.put('l', '2', { release: two });
    await mesh.put('l', '3', { acquire: one });
    await mesh.write({ kind: 'session.destroy', id: one });
    await mesh.clock.advance(59_000);
    expect(await mesh.put('l', '4', { acquire: two })).toBe(false);
    await mesh.clock.advance(1_000);
    expect(await mesh.put('l', '4', { acquire: two })).toBe(true);
  });

  test('a lock that is taken while its session ends is not left behind', async () => {
    await start();
    const id = await mesh.session();
    const [ended, ...taken] = await Promise.allSettled([
      mesh.write({ kind: 'session.destroy', id }),
      ...Array.from({ length: 5 }, (_, i) => mesh.put(`l${i}`, '1', { acquire: id })),
    ]);
    expect(ended.status).toBe('fulfilled');
    expect(taken.every((outcome) => outcome.status === 'rejected')).toBe(true);
    const { value } = await mesh.query({ kind: 'kv.list', prefix: key('') });
    expect(value.filter((entry) => entry.Session !== '')).toEqual([]);
  });
});

test('sessions of a node', async () => {
  await start();
  await mesh.register({ node: { Node: 'n2' } });
  const id = await mesh.session({ Node: 'N2' });
  const ask = async (node: string) => (await mesh.query({ kind: 'session.node', node })).value.map((session) => session.ID);
  expect([await ask('n1'), await ask('n2'), await ask('none')]).toEqual([[], [id], []]);
});
