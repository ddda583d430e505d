/** Keys from a real etcd. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.js';
import { openEtcdClient } from '../../../../templater/source/etcd-client.js';
import { authenticateAnswer, prefixRange } from '../../../../templater/source/etcd-messages.js';
import { SourceError } from '../../../../templater/source/source.js';
import { eventually } from '../../../support/agent.js';
import { hasEtcd, startEtcd, type TestEtcd } from '../../../support/stores.js';
import { plainTls, SourceUnderTest } from './following.js';

const withinMs = 15_000;
const settingsFor = (address: string) =>
  ({ kind: 'etcd', addresses: [address], username: '', password: '', tls: plainTls, root: '/' }) as const;

async function enableUsers(etcd: TestEtcd): Promise<void> {
  await etcd.call('Auth/RoleAdd', [[1, 'root']]);
  await etcd.call('Auth/UserAdd', [
    [1, 'root'],
    [2, 'pw'],
  ]);
  await etcd.call('Auth/UserGrantRole', [
    [1, 'root'],
    [2, 'root'],
  ]);
  await etcd.call('Auth/AuthEnable', []);
}

describe.skipIf(!hasEtcd)('etcd as a source of keys', () => {
  let etcd: TestEtcd;
  let source: SourceUnderTest;
  const opened: SourceUnderTest[] = [];
  const open = async (settings: Parameters<typeof SourceUnderTest.open>[0]) => {
    const one = await SourceUnderTest.open(settings);
    opened.push(one);
    return one;
  };
  beforeAll(async () => {
    etcd = await startEtcd();
    for (const [key, value] of [
      ['/app/port', '80'],
      ['/app/db/host', 'grün'],
      ['/apple', 'x'],
      ['/app', 'itself'],
      ['other/root', 'y'],
    ] as const)
      await etcd.put(key, value);
    source = await open(settingsFor(etcd.address));
  });
  afterEach(() => {
    for (const one of opened.splice(1)) one.close();
  });
  afterAll(async () => {
    for (const one of opened) one.close();
    await etcd?.remove();
  });

  test('a path is the key itself and what is below it, without neighbours of the same beginning', async () => {
    expect(await source.below('app')).toEqual({ '/app': 'itself', '/app/db/host': 'grün', '/app/port': '80' });
    expect(await source.below('app/')).toEqual({ '/app/db/host': 'grün', '/app/port': '80' });
    expect(await source.below('none')).toEqual({});
    expect(Object.keys(await source.below(''))).toEqual(['/app', '/app/db/host', '/app/port', '/apple']);
  });

  test('one key is one key', async () => {
    expect(await source.value('app/port')).toBe('80');
    expect(await source.value('app/por')).toBe(null);
  });

  test('another root is another part of etcd', async () => {
    const other = await open({ ...settingsFor(etcd.address), root: 'other/' });
    expect(await other.below('')).toEqual({ '/root': 'y' });
    const all = await open({ ...settingsFor(etcd.address), root: '' });
    expect(Object.keys(await all.below(''))).toHaveLength(5);
  });

  test('more keys than one answer holds are read as one moment', async () => {
    const puts = Array.from({ length: 100 }, (_, i) => i);
    // One transaction of 100 puts each: field 2 (success), in it field 2 (put).
    const { encodeMessage } = await import('../../../../src/lib/protobuf.js');
    for (let batch = 0; batch < 45; batch++)
      await etcd.call(
        'KV/Txn',
        puts.map((i) => {
          const put = encodeMessage([
            [1, `/many/${batch}-${i}`],
            [2, 'v'],
          ]);
          return [2, encodeMessage([[2, put]])] as const;
        }),
      );
    expect(Object.keys(await source.below('many'))).toHaveLength(4500);
  });

  test('changes come as they happen, and only those asked for', async () => {
    const seen = source.follow('live');
    await eventually(() => expect(seen).toEqual([{}]), { withinMs });
    await etcd.put('/live/a', '1');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/live/a': '1' }), { withinMs });
    await etcd.put('/lively', 'x');
    await etcd.put('/live/b', '2');
    await etcd.delete('/live/a');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/live/b': '2' }), { withinMs });
    expect(seen).toEqual([{}, { '/live/a': '1' }, { '/live/a': '1', '/live/b': '2' }, { '/live/b': '2' }]);
  });

  test('with users, a token is fetched, and again when etcd has forgotten it', async () => {
    const guarded = await startEtcd();
    try {
      await guarded.put('/app/secret', 's');
      // As etcd's own tools have it, a user is no mistake where nobody has to log in yet.
      const early = await open({ ...settingsFor(guarded.address), username: 'root', password: 'pw' });
      expect(await early.below('app')).toEqual({ '/app/secret': 's' });
      await enableUsers(guarded);
      expect(await early.below('app')).toEqual({ '/app/secret': 's' });
      const stranger = await open(settingsFor(guarded.address));
      await expect(stranger.below('app')).rejects.toThrow(SourceError);
      const wrong = await open({ ...settingsFor(guarded.address), username: 'root', password: 'no' });
      await expect(wrong.below('app')).rejects.toThrow(/authentication failed/);
      const known = await open({ ...settingsFor(guarded.address), username: 'root', password: 'pw' });
      expect(await known.below('app')).toEqual({ '/app/secret': 's' });
      const seen = known.follow('app');
      await eventually(() => expect(seen).toEqual([{ '/app/secret': 's' }]), { withinMs });
      // Tokens are kept in memory only.
      await guarded.kill();
      await guarded.start();
      await eventually(() => expect(seen.length).toBeGreaterThan(2), { withinMs });
      await eventually(async () => expect(await known.below('app')).toEqual({ '/app/secret': 's' }), { withinMs });
      await eventually(() => expect(seen.at(-1)).toEqual({ '/app/secret': 's' }), { withinMs });
    } finally {
      await guarded.remove();
    }
  });

  test.each<{ name: string; ttl: string; outdate: (etcd: TestEtcd, token: string) => Promise<unknown> }>([
    { name: 'has run out', ttl: '1s', outdate: () => new Promise((resolve) => setTimeout(resolve, 2_100)) },
    {
      name: 'is older than the last change of users',
      ttl: '10m',
      outdate: (guarded, token) => guarded.call('Auth/RoleAdd', [[1, 'more']], { token }),
    },
  ])('a token that $name is replaced without a failure, with one server too', async ({ ttl, outdate }) => {
    const directory = mkdtempSync(join(tmpdir(), 'mesh-etcd-'));
    const [key, publicKey] = [join(directory, 'key.pem'), join(directory, 'public.pem')];
    execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'pipe' });
    execFileSync('openssl', ['rsa', '-in', key, '-pubout', '-out', publicKey], { stdio: 'pipe' });
    const guarded = await startEtcd();
    try {
      await guarded.put('/app/secret', 's');
      await guarded.kill();
      await guarded.start(['--auth-token', `jwt,pub-key=${publicKey},priv-key=${key},sign-method=RS256,ttl=${ttl}`]);
      await enableUsers(guarded);
      const known = await open({ ...settingsFor(guarded.address), username: 'root', password: 'pw' });
      expect(await known.below('app')).toEqual({ '/app/secret': 's' });
      const answer = await guarded.call('Auth/Authenticate', [
        [1, 'root'],
        [2, 'pw'],
      ]);
      await outdate(guarded, authenticateAnswer(answer));
      expect(await known.below('app')).toEqual({ '/app/secret': 's' });
      const seen = known.follow('app');
      await eventually(() => expect(seen).toEqual([{ '/app/secret': 's' }]), { withinMs });
    } finally {
      await guarded.remove();
      rmSync(directory, { recursive: true });
    }
  });

  test('a watch whose past is compacted is told so, and ends', async () => {
    await etcd.put('/old', '1');
    await etcd.put('/old', '2');
    const client = openEtcdClient(settingsFor(etcd.address), { tls: {}, clock: systemClock });
    const range = prefixRange(Buffer.from('/old'));
    const { revision } = await client.read(range, new AbortController().signal);
    await etcd.call('KV/Compact', [[1, revision]]);
    const answers: number[] = [];
    for await (const { isCanceled, compactRevision } of client.watch(range, { revision: 2, signal: new AbortController().signal })) {
      if (compactRevision > 0) answers.push(compactRevision);
      if (isCanceled) break;
    }
    expect(answers).toEqual([revision]);
    client.close();
  });

  test('a second server is asked when the first does not answer', async () => {
    const other = await open({ ...settingsFor(etcd.address), addresses: ['http://127.0.0.1:1', etcd.address] });
    expect(await other.value('app/port')).toBe('80');
  });

  test('away for a while, it is asked again until it is back', async () => {
    const seen = source.follow('away');
    await eventually(() => expect(seen).toEqual([{}]), { withinMs });
    await etcd.kill();
    await eventually(() => expect(seen.at(-1)).toMatch(/does not answer: connection refused/), { withinMs });
    await expect(source.below('away')).rejects.toThrow(`etcd at ${etcd.address} does not answer: connection refused`);
    await etcd.start();
    await etcd.put('/away/k', '1');
    await etcd.put('/away/k', '2');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/away/k': '2' }), { withinMs });
    expect(new Set(seen.filter((one) => typeof one === 'string')).size).toBeLessThanOrEqual(3);
  });
});

test('something that is no etcd is said so', async () => {
  const { createServer } = await import('node:http2');
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const source = await SourceUnderTest.open(settingsFor(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`));
  await expect(source.below('')).rejects.toThrow(/this is no gRPC server \(HTTP status 404\)/);
  source.close();
  server.close();
});
