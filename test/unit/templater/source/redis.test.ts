/** Keys from a real redis. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RedisSettings } from '../../../../templater/source/settings.js';
import { SourceError } from '../../../../templater/source/source.js';
import { eventually } from '../../../support/agent.js';
import { hasRedis, startRedis, type TestRedis } from '../../../support/stores.js';
import { plainTls, SourceUnderTest } from './following.js';

const withinMs = 15_000;

describe.skipIf(!hasRedis)('redis as a source of keys', () => {
  let redis: TestRedis;
  const opened: SourceUnderTest[] = [];
  const open = async (changes: Partial<RedisSettings> = {}) => {
    const settings = {
      kind: 'redis',
      addresses: [redis.address],
      username: '',
      password: '',
      separator: '/',
      tls: plainTls,
      ...changes,
    } as const;
    const one = await SourceUnderTest.open(settings);
    opened.push(one);
    return one;
  };
  beforeAll(async () => {
    redis = await startRedis();
    await redis.ask('MSET', '/app/port', '80', '/app/db/host', 'grün', '/apple', 'x', 'bare', 'b', '/g[1]*/a', 'glob', '/g1/a', 'no');
    await redis.ask('HSET', '/hash', 'one', '1', 'two', '2');
    await redis.ask('LPUSH', '/app/list', 'no string');
    await redis.ask('MSET', 'sep:app:port', '81', 'sep:other', 'o');
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });
  afterAll(() => redis?.remove());

  test('a path is a string, or the fields of a hash, or all strings below it', async () => {
    const source = await open();
    expect(await source.below('app')).toEqual({ '/app/db/host': 'grün', '/app/port': '80' });
    expect(await source.below('app/port')).toEqual({ '/app/port': '80' });
    expect(await source.below('hash')).toEqual({ '/hash/one': '1', '/hash/two': '2' });
    expect(await source.below('none')).toEqual({});
    expect(await source.below('g[1]*')).toEqual({ '/g[1]*/a': 'glob' });
    expect(await source.below('')).toMatchObject({ '/bare': 'b', '/apple': 'x', '/app/port': '80' });
  });

  test('one key is a string, or a field of the hash above it', async () => {
    const source = await open();
    expect(await source.value('app/port')).toBe('80');
    expect(await source.value('hash/two')).toBe('2');
    expect(await source.value('hash')).toBe(null);
    expect(await source.value('app/none')).toBe(null);
  });

  test('with another separator, keys have no leading one', async () => {
    const source = await open({ separator: ':' });
    expect(await source.below('sep')).toEqual({ '/sep/app/port': '81', '/sep/other': 'o' });
    expect(await source.value('sep/app/port')).toBe('81');
    const seen = source.follow('sep/app');
    await eventually(() => expect(seen).toEqual([{ '/sep/app/port': '81' }]), { withinMs });
    await redis.ask('SET', 'sep:app:port', '82');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/sep/app/port': '82' }), { withinMs });
  });

  test('many keys are read in steps', async () => {
    const pairs = Array.from({ length: 5000 }, (_, i) => [`/many/${i}`, `${i}`]).flat();
    await redis.ask('MSET', ...pairs);
    const found = await (await open()).below('many');
    expect([Object.keys(found).length, found['/many/4999']]).toEqual([5000, '4999']);
    const fields = Array.from({ length: 3000 }, (_, i) => [`f${i}`, `${i}`]).flat();
    await redis.ask('HSET', '/wide', ...fields);
    expect(Object.keys(await (await open()).below('wide'))).toHaveLength(3000);
  });

  test('changes come as they happen, and only those asked for', async () => {
    const source = await open();
    const seen = source.follow('live');
    const other = source.follow('lively');
    await eventually(() => expect([seen, other]).toEqual([[{}], [{}]]), { withinMs });
    await redis.ask('SET', '/live/a', '1');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/live/a': '1' }), { withinMs });
    await redis.ask('SET', '/lively', 'x');
    await eventually(() => expect(other.at(-1)).toEqual({ '/lively': 'x' }), { withinMs });
    await redis.ask('DEL', '/live/a');
    await eventually(() => expect(seen.at(-1)).toEqual({}), { withinMs });
    await redis.ask('HSET', '/live', 'f', '1');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/live/f': '1' }), { withinMs });
    expect([seen.length, other.length, source.warnings]).toEqual([4, 2, []]);
  });

  test('what expires is gone, and a database of its own is another one', async () => {
    const source = await open({ addresses: [`redis://${redis.address}/3`] });
    const seen = source.follow('ttl');
    await eventually(() => expect(seen).toEqual([{}]), { withinMs });
    const { RedisConnection } = await import('../../../../templater/source/redis-connection.js');
    const { parseRedisAddress } = await import('../../../../templater/source/redis-address.js');
    const { systemClock } = await import('../../../../src/lib/clock.js');
    const address = parseRedisAddress(`${redis.address}/3`, { username: '', password: '' });
    const connection = await RedisConnection.connect({ address, tls: {}, clock: systemClock });
    await connection.ask(['SET', '/ttl/k', 'v', 'PX', '300']);
    connection.close();
    await eventually(() => expect(seen).toContainEqual({ '/ttl/k': 'v' }), { withinMs });
    await eventually(() => expect(seen.at(-1)).toEqual({}), { withinMs });
    expect(await (await open()).below('ttl')).toEqual({});
  });

  test('users and passwords', async () => {
    const guarded = await startRedis(['--requirepass', 'p w']);
    try {
      await expect((await open({ addresses: [guarded.address] })).below('')).rejects.toThrow(/refused PING: NOAUTH/);
      await expect((await open({ addresses: [guarded.address], password: 'no' })).below('')).rejects.toThrow(SourceError);
      expect(await (await open({ addresses: [guarded.address], password: 'p w' })).below('')).toEqual({});
      expect(await (await open({ addresses: [`redis://:p%20w@${guarded.address}`] })).below('')).toEqual({});
      await guarded.kill();
      await guarded.start([]);
      await guarded.ask('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '&*', '+@read', '+ping', '+psubscribe', '+punsubscribe');
      await guarded.ask('ACL', 'SETUSER', 'default', 'off');
      const source = await open({ addresses: [guarded.address], username: 'reader', password: 'secret' });
      expect(await source.below('')).toEqual({});
      // Such a user may not look at the configuration.
      const seen = source.follow('');
      await eventually(() => expect(seen).toEqual([{}]), { withinMs });
      expect(source.warnings).toEqual([]);
    } finally {
      await guarded.remove();
    }
  });

  test('away for a while, it is asked again until it is back; one that does not tell of all changes is asked now and then, which is said once', async () => {
    const away = await startRedis();
    try {
      const source = await open({ addresses: [away.address] });
      await away.ask('SET', '/away/k', '1');
      const [seen, other] = [source.follow('away'), source.follow('other')];
      await eventually(() => expect([seen.at(-1), other.at(-1)]).toEqual([{ '/away/k': '1' }, {}]), { withinMs });
      await away.kill();
      await eventually(() => expect(seen.at(-1)).toBe(`redis at ${away.address} does not answer: connection refused`), { withinMs });
      // Nothing is told of what expires.
      await away.start(['--notify-keyspace-events', 'Kg$h']);
      await eventually(() => expect([seen.at(-1), other.at(-1)]).toEqual([{ '/away/k': '1' }, {}]), { withinMs });
      expect(source.warnings).toEqual([expect.stringContaining('does not tell of all changes')]);
      await away.ask('SET', '/away/k', '2');
      await eventually(() => expect(seen.at(-1)).toEqual({ '/away/k': '2' }), { withinMs });
    } finally {
      await away.remove();
    }
  });

  test('something that is no redis is said so', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const source = await open({ addresses: [`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`] });
    await expect(source.below('')).rejects.toThrow(/this is no redis server: "HTTP/);
    server.close();
  });

  test('a second server is asked when the first does not answer', async () => {
    const source = await open({ addresses: ['127.0.0.1:1', redis.address] });
    expect(await source.value('app/port')).toBe('80');
    const seen = (await open({ addresses: ['127.0.0.1:1', redis.address] })).follow('app/port');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/app/port': '80' }), { withinMs });
    expect(seen[0]).toBe('redis at 127.0.0.1:1 does not answer: connection refused');
  });
});
