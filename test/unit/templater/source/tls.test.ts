/** Sources behind TLS that ask for a certificate: real servers, certificates made for the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TlsSettings } from '../../../../templater/source/connection-settings.js';
import type { SourceSettings } from '../../../../templater/source/settings.js';
import { eventually, freePort } from '../../../support/agent.js';
import { makeAuthority } from '../../../support/certificates.js';
import { hasEtcd, hasRedis, startEtcd, startRedis } from '../../../support/stores.js';
import { SourceUnderTest } from './following.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-source-tls-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function readsAndFollows(
  settingsWith: (tls: TlsSettings) => SourceSettings,
  files: Files,
  change: () => Promise<unknown>,
): Promise<void> {
  const { caFile, certFile, keyFile } = files;
  const known = await SourceUnderTest.open(
    settingsWith({ authorityFile: caFile, certificateFile: certFile, keyFile, verifyCertificate: true }),
  );
  const without = await SourceUnderTest.open(
    settingsWith({ authorityFile: caFile, certificateFile: '', keyFile: '', verifyCertificate: true }),
  );
  const distrusting = await SourceUnderTest.open(
    settingsWith({ authorityFile: '', certificateFile: certFile, keyFile, verifyCertificate: true }),
  );
  const careless = await SourceUnderTest.open(
    settingsWith({ authorityFile: '', certificateFile: certFile, keyFile, verifyCertificate: false }),
  );
  try {
    expect(await known.below('app')).toEqual({ '/app/k': '1' });
    expect(await careless.below('app')).toEqual({ '/app/k': '1' });
    await expect(without.below('app')).rejects.toThrow(/certificate|closed|reset/);
    await expect(distrusting.below('app')).rejects.toThrow(/certificate/);
    const seen = known.follow('app');
    await eventually(() => expect(seen).toEqual([{ '/app/k': '1' }]), { withinMs: 10_000 });
    await change();
    await eventually(() => expect(seen.at(-1)).toEqual({ '/app/k': '2' }), { withinMs: 10_000 });
  } finally {
    for (const source of [known, without, distrusting, careless]) source.close();
  }
}

interface Files {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const common = { username: '', password: '' };

describe.skipIf(!hasEtcd)('etcd', () => {
  test('with certificates on both sides', async () => {
    const authority = makeAuthority(directory, 'etcd');
    const [server, client] = [authority.sign('server'), authority.sign('client')];
    const address = `https://127.0.0.1:${await freePort()}`;
    const flags = [
      `--cert-file=${server.certFile}`,
      `--key-file=${server.keyFile}`,
      `--trusted-ca-file=${authority.caFile}`,
      '--client-cert-auth',
    ];
    const etcd = await startEtcd({ address, flags });
    try {
      await etcd.put('/app/k', '1');
      const settings = (tls: TlsSettings) => ({ kind: 'etcd', addresses: [address], ...common, root: '/', tls }) as const;
      await readsAndFollows(settings, { ...authority, ...client }, () => etcd.put('/app/k', '2'));
    } finally {
      await etcd.remove();
    }
  });
});

describe.skipIf(!hasRedis)('redis', () => {
  test('with certificates on both sides', async () => {
    const authority = makeAuthority(directory, 'redis');
    const [server, client] = [authority.sign('server'), authority.sign('client')];
    const port = await freePort();
    const files = ['--tls-cert-file', server.certFile, '--tls-key-file', server.keyFile, '--tls-ca-cert-file', authority.caFile];
    const redis = await startRedis(['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'yes']);
    try {
      await redis.ask('SET', '/app/k', '1');
      const settings = (tls: TlsSettings) =>
        ({ kind: 'redis', addresses: [`rediss://127.0.0.1:${port}`], ...common, separator: '/', tls }) as const;
      await readsAndFollows(settings, { ...authority, ...client }, () => redis.ask('SET', '/app/k', '2'));
    } finally {
      await redis.remove();
    }
  });
});
