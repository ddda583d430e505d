import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { nextTurn } from '../../../../src/lib/steps.js';
import { writeArchive } from '../../../../src/model/snapshot/write-archive.js';
import type { Storage, StoredValue } from '../../../../src/model/storage.js';
import { memoryStorage } from '../../../../src/storage/memory.js';
import { base64, type Harness, key, startServer } from '../harness.js';

const servers: Harness[] = [];
async function start(): Promise<Harness & { storage: Storage }> {
  const storage = memoryStorage();
  const mesh = await startServer({ storage });
  servers.push(mesh);
  return { ...mesh, storage };
}
afterEach(async () => {
  for (const { server } of servers.splice(0)) await server.stop();
});

const options = { token: '', datacenter: '', isStale: false };

async function saved({ server }: Harness): Promise<Buffer> {
  const { archive } = await server.snapshots.save(options);
  const chunks: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer) {
  yield bytes;
}

const restore = ({ server }: Harness, bytes: Buffer) => server.snapshots.restore(once(bytes), options);
const entries = async (mesh: Harness) => (await mesh.query({ kind: 'kv.list', prefix: key('') })).value;

describe('restoring', () => {
  test('brings back what was changed and deleted, and takes away what came later, under one revision', async () => {
    const mesh = await start();
    await mesh.put('a', 'before');
    await mesh.put('same', 'same');
    await mesh.put('gone', 'gone');
    const same = (await mesh.get('same')).value;
    const archive = await saved(mesh);
    await mesh.put('a', 'after');
    await mesh.put('new', 'new');
    await mesh.write({ kind: 'kv.delete', key: key('gone') });
    const revision = mesh.server.appliedRevision();
    await restore(mesh, archive);
    const found = await entries(mesh);
    expect(found.map(({ Key, Value }) => [Key, Buffer.from(Value, 'base64').toString()])).toEqual([
      ['a', 'before'],
      ['gone', 'gone'],
      ['same', 'same'],
    ]);
    expect(found.map(({ ModifyIndex }) => ModifyIndex)).toEqual([revision + 1, revision + 1, same?.ModifyIndex]);
    expect(mesh.server.appliedRevision()).toBe(revision + 1);
  });

  test('into another, empty store: locks, sessions and the catalog are as they were', async () => {
    const [from, to] = [await start(), await start()];
    await from.register({ service: { ID: 'web-1', Service: 'web' }, checks: [{ CheckID: 'up', Status: 'passing' }] });
    const session = await from.session({ TTL: '60s' });
    await from.put('held', 'x', { acquire: session });
    await from.put('counted', 'x', { acquire: session });
    await from.put('counted', 'y'); // a plain put takes LockIndex back to 0 and leaves the holder
    await restore(to, await saved(from));
    const shown = async (mesh: Harness) => (await entries(mesh)).map(({ CreateIndex, ModifyIndex, ...entry }) => entry);
    expect(await shown(to)).toEqual(await shown(from));
    expect((await to.query({ kind: 'session.info', id: session })).value).toMatchObject({ ID: session, TTL: '60s' });
    const instances = { service: 'web', tags: [], connect: false, filter: '', near: '', nodeMeta: {}, passing: true };
    expect((await to.query({ kind: 'health.service', ...instances })).value).toMatchObject([{ Service: { ID: 'web-1' } }]);
  });

  test('restored sessions end with their TTL', async () => {
    const [from, to] = [await start(), await start()];
    await from.register({});
    const session = await from.session({ TTL: '10s' });
    await restore(to, await saved(from));
    await to.clock.advance(20_000);
    await expect.poll(async () => (await to.query({ kind: 'session.info', id: session })).value).toBeNull();
  });

  test('ends every wait, also when nothing has changed, and no index goes down', async () => {
    const mesh = await start();
    await mesh.put('a', '1');
    const before = await mesh.get('a');
    const archive = await saved(mesh);
    const waits = [
      mesh.get('a', { minIndex: before.index, waitMs: 60_000 }),
      mesh.query({ kind: 'catalog.nodes', filter: '', near: '', nodeMeta: {} }, { minIndex: before.index, waitMs: 60_000 }),
    ];
    await restore(mesh, archive);
    const [key, nodes] = await Promise.all(waits);
    expect(key?.value).toEqual(before.value);
    expect(key?.index).toBe(before.index);
    expect(nodes?.value).toEqual([]);
  });

  test('a second restore of the same archive changes nothing but its mark', async () => {
    const mesh = await start();
    await mesh.put('a', '1');
    const archive = await saved(mesh);
    await restore(mesh, archive);
    const after = await entries(mesh);
    await restore(mesh, archive);
    expect(await entries(mesh)).toEqual(after);
  });

  test('writes that come meanwhile wait and are kept', async () => {
    const mesh = await start();
    for (let i = 0; i < 200; i++) await mesh.put(`k${i}`, 'v');
    const archive = await saved(mesh);
    const restoring = restore(mesh, archive);
    const writes = Array.from({ length: 50 }, (_, i) => mesh.put(`later${i}`, 'v'));
    await Promise.all([restoring, ...writes]);
    await mesh.put('last', 'v');
    const { length } = await entries(mesh);
    expect(length).toBeGreaterThan(200);
    expect((await mesh.get('last')).value).not.toBeNull();
  });
});

test('while very many rows are restored others have their turns, and see all of it or nothing', { timeout: 60_000 }, async () => {
  const mesh = await start();
  const rows = 20_000;
  const write = async (value: string) => {
    const { storage, server } = mesh;
    const changes = Array.from({ length: rows }, (_, i) => ({
      ...{ kind: 'put' as const, table: 'kv' as const, key: `k${i}` },
      record: { Flags: '0', Value: base64(value) },
    }));
    const { revision } = await storage.commit([{ expect: [], changes }]);
    await expect.poll(() => server.appliedRevision(), { timeout: 30_000 }).toBe(revision);
  };
  await write('before');
  const archive = await saved(mesh);
  await write('after');
  const seen = new Set<string>();
  let turns = 0;
  let isRestoring = true;
  const restoring = restore(mesh, archive).finally(() => {
    isRestoring = false;
  });
  for (; isRestoring; turns++) {
    await nextTurn();
    if (turns % 10 === 0) seen.add([...new Set((await entries(mesh)).map(({ Value }) => Value))].join());
  }
  await restoring;
  // Every thousand rows: read, checked, compared, staged, kept and loaded.
  expect(turns).toBeGreaterThan(100);
  expect([...seen].filter((values) => values !== base64('after') && values !== base64('before'))).toEqual([]);
  const found = await entries(mesh);
  expect(found).toHaveLength(rows);
  expect(new Set(found.map(({ Value }) => Value))).toEqual(new Set([base64('before')]));
});

describe('refusals change nothing', () => {
  test.each([
    { name: 'a table that does not exist', table: 'nope', record: {}, text: 'there is no such table here' },
    {
      name: 'a service without a name',
      table: 'services',
      key: 'n1\0s',
      record: { Node: 'n1', ID: 's' },
      text: 'its Service makes no sense',
    },
    { name: 'a value that is no base64', table: 'kv', record: { Flags: '0', Value: '<' }, text: 'its Value makes no sense' },
    {
      name: 'a node under the key of another',
      table: 'nodes',
      record: { ID: '', Node: 'n1', Address: '', TaggedAddresses: null, Meta: null },
      text: 'it stands under the wrong key',
    },
    {
      name: 'a session whose TTL is none',
      table: 'sessions',
      record: { ID: 'k', Name: '', Node: '', LockDelay: 0, Behavior: 'delete', TTL: 'x', NodeChecks: null, ServiceChecks: null },
      text: 'its TTL makes no sense',
    },
  ])('$name', async ({ table, key: name = 'k', record, text }) => {
    const mesh = await start();
    await mesh.put('a', '1');
    const revision = mesh.server.appliedRevision();
    await expect(restore(mesh, await archiveOf(table, name, record))).rejects.toThrow(text);
    expect(mesh.server.appliedRevision()).toBe(revision);
  });

  test('no archive, and a datacenter that nobody knows', async () => {
    const mesh = await start();
    await expect(restore(mesh, gzipSync('x'))).rejects.toMatchObject({ code: 'refused' });
    await expect(mesh.server.snapshots.save({ ...options, datacenter: 'nowhere' })).rejects.toThrow('No path to datacenter');
    expect(mesh.server.appliedRevision()).toBe(0);
  });
});

async function archiveOf(table: string, name: string, record: StoredValue): Promise<Buffer> {
  async function* rows() {
    yield [{ table, key: name, created: 1, revision: 1, record }];
    return 1;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of writeArchive({ datacenter: 'dc1', time: '' }, rows()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
