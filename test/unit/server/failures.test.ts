import { afterEach, expect, test } from 'vitest';
import { type Logger, silentLogger } from '../../../src/lib/log.js';
import { MeshError } from '../../../src/model/errors.js';
import type { Committed, Storage } from '../../../src/model/storage.js';
import { createServer } from '../../../src/server/server.js';
import { memoryStorage } from '../../../src/storage/memory.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { aServer, type Harness, harness, key, startServer } from './harness.js';

let mesh: Harness | undefined;
afterEach(() => mesh?.server.stop());

test('before the store is loaded there is no leader, and status says so', async () => {
  const clock = new FakeClock();
  const options = {
    storage: memoryStorage(),
    clock,
    random: Math.random,
    logger: silentLogger,
    datacenter: 'dc1',
    self: { ...aServer, address: 'a:8300' },
  };
  mesh = harness(createServer(options), clock);
  const noLeader = { code: 'no-leader', message: 'No cluster leader' };
  await expect(mesh.get('a')).rejects.toMatchObject(noLeader);
  await expect(mesh.get('a', { consistency: 'stale' })).rejects.toMatchObject(noLeader);
  await expect(mesh.put('a', '1')).rejects.toMatchObject(noLeader);
  expect((await mesh.query({ kind: 'status.leader' })).value).toBe('');
  await mesh.server.start();
  expect((await mesh.query({ kind: 'status.leader' })).value).toBe('a:8300');
  expect((await mesh.query({ kind: 'status.peers' })).value).toEqual(['a:8300']);
});

test('what a storage refuses to commit, its writers are told, the log says once, and the loop goes on', async () => {
  const lines: string[] = [];
  const logger: Logger = { log: (level, text, fields) => lines.push(`${level} ${text} ${fields?.error}`), named: () => logger };
  const memory = memoryStorage();
  let fails = true;
  const broken = new MeshError('storage-failed', 'the disk is full');
  mesh = await startServer({ logger, storage: { ...memory, commit: (group) => (fails ? Promise.reject(broken) : memory.commit(group)) } });
  const outcomes = await Promise.allSettled([mesh.put('a', '1'), mesh.put('b', '1')]);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([broken, broken]);
  await expect(mesh.put('c', '1')).rejects.toBe(broken);
  expect(lines).toEqual(['error cannot write to the store the disk is full']);
  expect((await mesh.get('a')).value).toBeNull();
  fails = false;
  expect(await mesh.put('a', '2')).toBe(true);
});

test('a write that loses again and again is refused in the end', async () => {
  const memory = memoryStorage();
  let commits = 0;
  const commit: Storage['commit'] = async (group) => {
    commits++;
    return { revision: 0, refused: group.map((_, position) => position) };
  };
  mesh = await startServer({ storage: { ...memory, isSoleWriter: false, commit } });
  await expect(mesh.put('a', '1', { cas: 0 })).rejects.toMatchObject({ code: 'refused' });
  expect(commits).toBe(32);
});

test('when the engine forgot what follows, everything is loaded anew and everybody looks again', async () => {
  const memory = memoryStorage();
  let lost: ((error: unknown) => void) | undefined;
  const changes: Storage['changes'] = (after, signal) =>
    lost ? memory.changes(after, signal) : failing(signal, (reject) => (lost = reject));
  mesh = await startServer({ storage: { ...memory, changes } });
  const waiting = mesh.get('a', { minIndex: 1 });
  await memory.commit([{ expect: [], changes: [{ kind: 'put', table: 'kv', key: key('a'), record: { Flags: '0', Value: 'MQ==' } }] }]);
  await settle();
  expect((await mesh.get('a')).value).toBeNull();
  lost?.(new MeshError('storage-compacted', 'too far behind'));
  expect(await waiting).toMatchObject({ index: 1, value: { Key: 'a' } });
  expect(await mesh.put('b', '1')).toBe(true);
});

test('while the storage cannot be followed there is no leader; stale reads answer what there is', async () => {
  const memory = memoryStorage();
  const rejects: ((error: unknown) => void)[] = [];
  mesh = await startServer({ storage: { ...memory, changes: (_after, signal) => failing(signal, (reject) => rejects.push(reject)) } });
  rejects[0]?.(new MeshError('storage-failed', 'gone'));
  await settle();
  await expect(mesh.get('a')).rejects.toMatchObject({ code: 'no-leader' });
  await mesh.clock.advance(400);
  expect(await mesh.get('a', { consistency: 'stale' })).toMatchObject({ value: null, knownLeader: false, lastContactMs: 400 });
  await mesh.clock.advance(600);
  expect(await mesh.get('a')).toMatchObject({ knownLeader: true });
});

test('writes that wait when the server stops are still committed; later ones are refused', async () => {
  mesh = await startServer();
  const waiting = mesh.put('a', '1');
  await mesh.server.stop();
  expect(await waiting).toBe(true);
  await expect(mesh.put('b', '1')).rejects.toBeInstanceOf(MeshError);
  await mesh.server.stop();
});

/** Commits that never come; ends when told to, as every storage does. */
function failing(signal: AbortSignal, start: (reject: (error: unknown) => void) => void): AsyncIterable<Committed> {
  const next = () =>
    new Promise<IteratorResult<Committed>>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true });
      start(reject);
    });
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
