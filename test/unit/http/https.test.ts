import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, expect, test } from 'vitest';
import { opensslCiphers } from '../../../src/config/cipher-suites.js';
import { type HttpSettings, httpDefaults, type TlsSettings } from '../../../src/model/http-settings.js';
import { makeAuthority, type Pair, pem } from '../../support/certificates.js';
import { type Fake, send, startFake } from './fake-agent.js';

const home = mkdtempSync(join(tmpdir(), 'mesh-https-'));
const ours = makeAuthority(home, 'ours');
const theirs = makeAuthority(home, 'theirs');
const [first, second, stranger] = [ours.sign('first'), ours.sign('second'), theirs.sign('stranger')];
const started: Fake[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ server }) => server.stop()));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function tlsOf({ certFile, keyFile }: Pair, more: Partial<TlsSettings> = {}): TlsSettings {
  return {
    certificate: pem(certFile),
    key: pem(keyFile),
    authorities: [pem(ours.caFile)],
    requiresClientCertificate: false,
    minVersion: 'TLSv1.2',
    ciphers: opensslCiphers('', { withOldVersions: false }),
    prefersServerCiphers: false,
    handshakeMs: 5000,
    ...more,
  };
}

const listeners: HttpSettings['listeners'] = [{ kind: 'tcp', isTls: true, host: '127.0.0.1', port: 0 }];

async function serve(tls: TlsSettings, settings: Partial<HttpSettings> = {}): Promise<Fake & { readonly port: number }> {
  const fake = await startFake({ listeners, tls, ...settings });
  started.push(fake);
  return Object.assign(fake, { port: Number(fake.base.split(':').at(-1)) });
}

/** The text of `/`, or the code of what went wrong. */
function ask(port: number, options: object = {}): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path: '/', ca: pem(ours.caFile), agent: false, ...options }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

const shown = ({ certFile, keyFile }: Pair) => ({ cert: pem(certFile), key: pem(keyFile) });

test('answers over TLS', async () => {
  const { port } = await serve(tlsOf(first));
  expect(await ask(port)).toBe('Consul Agent');
  expect(await ask(port, { ca: pem(theirs.caFile) })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
});

test('tells plain HTTP to speak TLS, and cuts anything else', async () => {
  const { port } = await serve(tlsOf(first));
  expect(await send(`http://127.0.0.1:${port}`, '/')).toMatchObject({
    status: 400,
    text: 'Client sent an HTTP request to an HTTPS server.\n',
  });
  const garbage = connect(port, '127.0.0.1', () => garbage.write('\u0001\u0002 garbage'));
  garbage.resume();
  await new Promise((resolve) => garbage.once('close', resolve));
  expect(await ask(port)).toBe('Consul Agent');
});

test.each([
  { name: 'without a word', opening: '' },
  { name: 'in the middle of it', opening: '\u0016\u0003\u0001' },
])('a handshake that stops $name is cut', async ({ opening }) => {
  const { port } = await serve(tlsOf(first, { handshakeMs: 200 }));
  const started = performance.now();
  const socket = connect(port, '127.0.0.1', () => socket.write(opening));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(performance.now() - started).toBeGreaterThan(150);
});

test('the limit of the handshake ends with the handshake', async () => {
  const { port } = await serve(tlsOf(first, { handshakeMs: 1_000 }));
  const socket = connectTls({ port, host: '127.0.0.1', ca: pem(ours.caFile) });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(text).toMatch(/Consul Agent$/);
});

test('with client certificates asked for, only those of the authorities are served', async () => {
  const { port } = await serve(tlsOf(first, { requiresClientCertificate: true }));
  expect(await ask(port)).not.toBe('Consul Agent');
  expect(await ask(port, shown(stranger))).not.toBe('Consul Agent');
  expect(await ask(port, shown(second))).toBe('Consul Agent');
});

test('a reload exchanges certificates and what is asked of clients; open connections go on', async () => {
  const fake = await serve(tlsOf(first));
  const peer = () =>
    new Promise((resolve) => {
      const socket = connectTls({ port: fake.port, host: '127.0.0.1', ca: pem(ours.caFile) }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
    });
  expect(await peer()).toBe('first');
  fake.server.reload({ ...httpDefaults, listeners, tls: tlsOf(second) });
  expect(await peer()).toBe('second');
  fake.server.reload({ ...httpDefaults, listeners, tls: tlsOf(second, { requiresClientCertificate: true }) });
  expect(await ask(fake.port)).not.toBe('Consul Agent');
  expect(await ask(fake.port, shown(first))).toBe('Consul Agent');
});

test.each([
  { name: 'an older version', tls: { minVersion: 'TLSv1.3' as const }, client: { maxVersion: 'TLSv1.2' }, isServed: false },
  { name: 'the oldest version there is', tls: { minVersion: 'TLSv1.3' as const }, client: {}, isServed: true },
  {
    name: 'a suite that is not among the chosen ones',
    tls: { ciphers: opensslCiphers('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', { withOldVersions: false }) },
    client: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    isServed: false,
  },
  {
    name: 'a suite that is',
    tls: { ciphers: opensslCiphers('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', { withOldVersions: false }) },
    client: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    isServed: true,
  },
  {
    name: 'TLS 1.0 where it is allowed',
    tls: { minVersion: 'TLSv1' as const, ciphers: opensslCiphers('', { withOldVersions: true }) },
    client: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
    isServed: true,
  },
])('$name: served $isServed', async ({ tls, client, isServed }) => {
  const { port } = await serve(tlsOf(first, tls));
  expect((await ask(port, client)) === 'Consul Agent').toBe(isServed);
});

test('one connection more than an address may hold is cut', async () => {
  const { port } = await serve(tlsOf(first), { connectionsPerClientMax: 1 });
  const held = connectTls({ port, host: '127.0.0.1', ca: pem(ours.caFile) });
  await new Promise((resolve) => held.once('secureConnect', resolve));
  expect(await ask(port)).toMatch(/ECONNRESET|socket hang up/);
  held.destroy();
  await expect.poll(() => ask(port)).toBe('Consul Agent');
});

test('stops although a handshake hangs', async () => {
  const fake = await serve(tlsOf(first));
  const socket = connect(fake.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.resume().once('close', resolve));
  await fake.server.stop();
  await ended;
});
