import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VaultLogin, VaultSettings } from '../../../../templater/source/settings.js';
import { eventually } from '../../../support/agent.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { plainTls, SourceUnderTest } from './following.js';
import { VaultServer } from './vault-server.js';

const withinMs = 10_000;
let vault: VaultServer;
const opened: SourceUnderTest[] = [];
beforeEach(async () => {
  vault = new VaultServer();
  await vault.listen();
  vault.tokens.set('root', { ttl: 0, renewable: false });
  vault.secrets.set('secret/app/db', { user: 'u', password: 'p', port: 5432, tls: true, more: { deep: 'd' }, list: ['x'], none: null });
  vault.secrets.set('secret/app/web/cert', { value: 'only' });
  vault.secrets.set('secret/app/gone', { deleted: true });
  vault.secrets.set('secret/apple', { value: 'no' });
  vault.secrets.set('kv/app/x', { value: 'one' });
  vault.secrets.set('kv/app', { a: '1' });
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await vault.close();
});

const open = async (changes: Partial<VaultSettings> = {}, clock?: FakeClock) => {
  const login: VaultLogin = { method: 'token', token: 'root' };
  const settings: VaultSettings = {
    kind: 'vault',
    addresses: [vault.address],
    namespace: '',
    login,
    tls: plainTls,
    pollMs: 50,
    ...changes,
  };
  const one = await SourceUnderTest.open(settings, clock);
  opened.push(one);
  return one;
};
const approle: VaultLogin = { method: 'app-role', path: 'approle', roleId: 'role', secretId: 'secret' };

describe('secrets of Vault as keys', () => {
  test('version 2 by the short path: fields are keys, the whole is JSON, a lone value is one key', async () => {
    const source = await open();
    const found = await source.below('secret/app');
    expect(found).toEqual({
      '/secret/app/db': '{"user":"u","password":"p","port":5432,"tls":true,"more":{"deep":"d"},"list":["x"],"none":null}',
      '/secret/app/db/user': 'u',
      '/secret/app/db/password': 'p',
      '/secret/app/db/port': '5432',
      '/secret/app/db/tls': 'true',
      '/secret/app/db/more/deep': 'd',
      '/secret/app/web/cert': 'only',
    });
    expect(Object.keys(await source.below('secret'))).toContain('/secret/apple');
    expect(await source.below('secret/none')).toEqual({});
  });

  test('version 1, where a path is a secret and a folder at once', async () => {
    expect(await (await open()).below('kv/app')).toEqual({ '/kv/app': '{"a":"1"}', '/kv/app/a': '1', '/kv/app/x': 'one' });
  });

  test('version 2 by its own long path is read as it stands there', async () => {
    const found = await (await open()).below('secret/data/app/web/cert');
    expect(found).toMatchObject({ '/secret/data/app/web/cert/data/value': 'only', '/secret/data/app/web/cert/metadata/version': '3' });
  });

  test('one key is a secret, or a field of one', async () => {
    const source = await open();
    expect(await source.value('secret/app/db/password')).toBe('p');
    expect(await source.value('secret/app/web/cert')).toBe('only');
    expect(await source.value('secret/app/db/none')).toBe(null);
    expect(await source.value('secret/nothing')).toBe(null);
  });

  test('a server that tells of no mounts is read by paths as they are', async () => {
    vault.hidesMounts = true;
    expect(await (await open()).below('kv/app')).toEqual({ '/kv/app': '{"a":"1"}', '/kv/app/a': '1', '/kv/app/x': 'one' });
  });

  test.each([
    { name: 'an unknown token', login: { method: 'token', token: 'no' } as const, error: /refused secret\/?.*: permission denied/ },
    {
      name: 'a wrong secret id',
      login: { ...approle, secretId: 'no' } as const,
      error: /refused auth\/approle\/login: invalid role or secret ID/,
    },
  ])('$name is a failure, not an empty tree', async ({ login, error }) => {
    await expect((await open({ login })).below('secret/app')).rejects.toThrow(error);
  });

  test('a path that may be read but not listed is read; one that may not be read is a failure', async () => {
    const source = await open();
    vault.forbidden.add('LIST kv/app');
    expect(await source.below('kv/app')).toEqual({ '/kv/app': '{"a":"1"}', '/kv/app/a': '1' });
    vault.forbidden.add('secret/data/app/db');
    await expect(source.below('secret/app')).rejects.toThrow(
      `vault at ${vault.address} refused secret/data/app/db: 1 error occurred: * permission denied`,
    );
    await expect(source.below('')).rejects.toThrow(/name one below a mount/);
  });

  test('changes are noticed by asking; a server sealed, gone and back is a failure meanwhile', async () => {
    const source = await open();
    const seen = source.follow('secret/app/web');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/secret/app/web/cert': 'only' }), { withinMs });
    vault.secrets.set('secret/app/web/cert', { value: 'new' });
    await eventually(() => expect(seen.at(-1)).toEqual({ '/secret/app/web/cert': 'new' }), { withinMs });
    vault.isSealed = true;
    await eventually(() => expect(seen.at(-1)).toMatch(/Vault is sealed/), { withinMs });
    vault.isSealed = false;
    await eventually(() => expect(seen.at(-1)).toEqual({ '/secret/app/web/cert': 'new' }), { withinMs });
    const { address } = vault;
    await vault.close();
    await eventually(() => expect(seen.at(-1)).toMatch(new RegExp(`^vault: ${address} does not answer: .*connection refused`)), {
      withinMs,
    });
  });

  test('a second server is asked when the first does not answer or is sealed', async () => {
    const sealed = new VaultServer();
    await sealed.listen();
    sealed.isSealed = true;
    for (const first of ['http://127.0.0.1:1', sealed.address])
      expect(await (await open({ addresses: [first, vault.address] })).value('kv/app/x')).toBe('one');
    await sealed.close();
  });

  test('userpass under a path of its own', async () => {
    const source = await open({ login: { method: 'userpass', path: 'people', username: 'ann', password: 'pw' } });
    expect(await source.value('kv/app/x')).toBe('one');
  });

  test('a token from a login is renewed, and replaced when it has run out; a refused login is not tried again at once', async () => {
    const clock = new FakeClock();
    const source = await open({ login: approle }, clock);
    expect(await source.value('kv/app/x')).toBe('one');
    const countOf = (request: string) => vault.requests.filter((one) => one === request).length;
    await clock.advance(400_000);
    await eventually(() => expect(countOf('POST auth/token/renew-self')).toBe(1), { withinMs });
    vault.tokens.clear();
    expect(await source.value('kv/app/x')).toBe('one');
    expect(countOf('POST auth/approle/login')).toBe(2);

    const wrong = await open({ login: { ...approle, roleId: 'no' } }, clock);
    for (let attempt = 0; attempt < 5; attempt++) await expect(wrong.value('kv/app/x')).rejects.toThrow(/invalid role/);
    expect(countOf('POST auth/approle/login')).toBe(3);
    await clock.advance(31_000);
    await expect(wrong.value('kv/app/x')).rejects.toThrow(/invalid role/);
    expect(countOf('POST auth/approle/login')).toBe(4);
  });

  test('a token that lasts for less than a minute is replaced as soon as it has run out', async () => {
    const clock = new FakeClock();
    vault.grant = { ttl: 20, renewable: false };
    const source = await open({ login: approle }, clock);
    expect(await source.value('kv/app/x')).toBe('one');
    await clock.advance(21_000);
    vault.tokens.clear();
    expect(await source.value('kv/app/x')).toBe('one');
  });

  test('something that is no Vault is a failure', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_, response) => response.writeHead(404).end('404 page not found'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const source = await open({ addresses: [`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`] });
    await expect(source.below('secret/app')).rejects.toThrow(/is it vault\?/);
    server.close();
  });
});
