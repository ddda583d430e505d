/** Settings that cannot work are refused when a source is opened; certificates that do not fit are a failure like any other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ClientOptionError } from '../../../../src/client/errors.js';
import { parseRedisAddress } from '../../../../templater/source/redis-address.js';
import type { SourceSettings } from '../../../../templater/source/settings.js';
import { shownSource } from '../../../../templater/source/shown.js';
import { SourceError } from '../../../../templater/source/source.js';
import { makeAuthority } from '../../../support/certificates.js';
import { plainTls, SourceUnderTest } from './following.js';

const tls = plainTls;
const etcd = { kind: 'etcd', addresses: ['http://127.0.0.1:1'], username: '', password: '', root: '/', tls } as const;
const redis = { kind: 'redis', addresses: ['127.0.0.1:1'], username: '', password: '', separator: '/', tls } as const;
const vault = {
  kind: 'vault',
  addresses: ['http://127.0.0.1:1'],
  namespace: '',
  login: { method: 'token', token: 't' },
  tls,
  pollMs: 1,
} as const;
const missing = { ...tls, authorityFile: '/none/ca.pem' };

describe('settings of sources', () => {
  test.each<{ name: string; settings: SourceSettings; error: RegExp }>([
    {
      name: 'etcd at no URL',
      settings: { ...etcd, addresses: ['http://a:1', 'unix:///x'] },
      error: /invalid address "unix:\/\/\/x" of etcd/,
    },
    { name: 'etcd at a port that is none', settings: { ...etcd, addresses: ['http://a:99999'] }, error: /invalid address/ },
    { name: 'an authority of etcd that is not there', settings: { ...etcd, tls: missing }, error: /\/none\/ca\.pem: no such file/ },
    { name: 'redis nowhere', settings: { ...redis, addresses: [''] }, error: /invalid address "" of redis/ },
    { name: 'redis at a port that is none', settings: { ...redis, addresses: ['a:99999'] }, error: /invalid address/ },
    {
      name: 'a secret in a wrong address of redis',
      settings: { ...redis, addresses: ['redis://u:secret@a:x'] },
      error: /"redis:\/\/…@a:x" of redis/,
    },
    ...['http://u:secret@a:99999', 'u:secret@a:b', 'http://u:sec/ret@a:x'].map((address) => ({
      name: `a secret in the wrong address ${address} of etcd`,
      settings: { ...etcd, addresses: [address] },
      error: /invalid address "(http:\/\/)?…@a:\w+" of etcd/,
    })),
    {
      name: 'a secret in a wrong address of Vault',
      settings: { ...vault, addresses: ['u:secret@a:8200'] },
      error: /"…@a:8200" of vault/,
    },
    {
      name: 'a secret in an address of an agent',
      settings: {
        kind: 'consul',
        connection: { ...tls, addresses: ['http://u:secret@a:1'], token: '', basicAuthentication: '', datacenter: '' },
      },
      error: /^invalid address "…@a:1"/,
    },
    { name: 'an authority of redis that is not there', settings: { ...redis, tls: missing }, error: /no such file/ },
    { name: 'Vault at no URL', settings: { ...vault, addresses: ['a:8200'] }, error: /invalid address "a:8200" of vault/ },
  ])('$name is refused', async ({ settings, error }) => {
    const opening = SourceUnderTest.open(settings);
    await expect(opening).rejects.toThrow(ClientOptionError);
    await expect(opening).rejects.toThrow(error);
  });

  test('passwords in addresses are in no message', async () => {
    const address = 'http://u:secret@127.0.0.1:1';
    for (const settings of [
      { ...etcd, addresses: [address] },
      { ...redis, addresses: [address.replace('http', 'redis')] },
      { ...vault, addresses: [address] },
    ]) {
      expect(shownSource(settings)).toMatch(/^\w+:\/\/…@127\.0\.0\.1:1$/);
      const source = await SourceUnderTest.open(settings);
      const failure = await source.below('app').then(
        () => '',
        (error) => String(error),
      );
      expect(failure).toContain('127.0.0.1:1');
      expect(failure).not.toContain('secret');
      source.close();
    }
  });

  test('files of certificates that hold none are refused by name; a pair that does not fit is a failure that is told of', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mesh-source-settings-'));
    const file = join(directory, 'x.pem');
    writeFileSync(file, 'no certificate');
    await expect(SourceUnderTest.open({ ...etcd, tls: { ...tls, authorityFile: file } })).rejects.toThrow(
      `Error loading CA File: Couldn't parse PEM in: ${file}`,
    );
    await expect(SourceUnderTest.open({ ...vault, tls: { ...tls, certificateFile: file, keyFile: file } })).rejects.toThrow(
      `open ${file}: no certificate in PEM format`,
    );
    const [one, other] = ['one', 'other'].map((name) => makeAuthority(directory, name).sign('client'));
    const bad = { ...tls, certificateFile: one?.certFile ?? '', keyFile: other?.keyFile ?? '' };
    for (const settings of [
      { ...etcd, addresses: ['https://127.0.0.1:1'], tls: bad },
      { ...redis, addresses: ['rediss://127.0.0.1:1'], tls: bad },
      { ...vault, addresses: ['https://127.0.0.1:1'], tls: bad },
    ]) {
      const source = await SourceUnderTest.open(settings);
      const reading = source.below('app');
      await expect(reading).rejects.toThrow(SourceError);
      await expect(reading).rejects.toThrow('tls: private key does not match public key');
      source.close();
    }
    rmSync(directory, { recursive: true });
  });

  test.each([
    { text: 'h', place: { host: 'h', port: 6379 }, database: 0 },
    { text: '10.0.0.1:7000/3', place: { host: '10.0.0.1', port: 7000 }, database: 3 },
    { text: '[::1]:7000', place: { host: '::1', port: 7000 }, database: 0 },
    { text: '/run/redis.sock', place: { path: '/run/redis.sock' }, database: 0 },
    { text: '/run/redis.sock/2', place: { path: '/run/redis.sock' }, database: 2 },
    { text: 'redis://h', place: { host: 'h', port: 6379 }, database: 0 },
    { text: 'rediss://[::1]:7000/4', place: { host: '::1', port: 7000 }, database: 4, isTls: true },
    { text: 'redis://u:p%40@h', place: { host: 'h', port: 6379 }, database: 0, username: 'u', password: 'p@' },
  ])('redis at $text', ({ text, ...wanted }) => {
    expect(parseRedisAddress(text, { username: '', password: '' })).toMatchObject(wanted);
  });
});
