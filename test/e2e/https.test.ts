/** HTTPS as a user meets it: the command line with Consul's variables, certificates exchanged while it runs, an agent without plain HTTP. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { eventually, freePort, startAgent } from '../support/agent.js';
import { makeAuthority, pem } from '../support/certificates.js';

const home = mkdtempSync(join(tmpdir(), 'mesh-https-'));
const ours = makeAuthority(home, 'ours');
const [first, second] = [ours.sign('first'), ours.sign('second')];
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Name in the certificate that is shown. */
function shownAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: pem(ours.caFile), cert: pem(first.certFile), key: pem(first.keyFile) }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

async function mesh(words: readonly string[], env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await execa(process.execPath, ['bin/mesh', ...words], { env, reject: false });
  return stdout || stderr;
}

test('the command line speaks to it, and a reload exchanges the certificate', async () => {
  const https = await freePort();
  const [certFile, keyFile] = [join(home, 'agent.pem'), join(home, 'agent-key.pem')];
  copyFileSync(first.certFile, certFile);
  copyFileSync(first.keyFile, keyFile);
  const file = join(home, 'a.json');
  const settings = { ports: { https }, cert_file: certFile, key_file: keyFile, ca_file: ours.caFile };
  writeFileSync(file, JSON.stringify(settings));
  const agent = await startAgent(['-dev', `-config-file=${file}`]);
  try {
    const env = { CONSUL_HTTP_ADDR: `127.0.0.1:${https}`, CONSUL_HTTP_SSL: 'true', CONSUL_CACERT: ours.caFile };
    expect(await mesh(['kv', 'put', 'a/b', 'one'], env)).toBe('Success! Data written to: a/b');
    expect(await mesh(['kv', 'get', 'a/b'], { MESH_HTTP_ADDR: `https://127.0.0.1:${https}`, MESH_CACERT: ours.caFile })).toBe('one');
    expect(await mesh(['kv', 'get', 'a/b'], { CONSUL_HTTP_ADDR: `https://127.0.0.1:${https}` })).toMatch(/certificate/);
    expect(await shownAt(https)).toBe('first');

    copyFileSync(second.certFile, certFile);
    copyFileSync(second.keyFile, keyFile);
    writeFileSync(file, JSON.stringify({ ...settings, verify_incoming: true }));
    agent.process.kill('SIGHUP');
    await eventually(async () => expect(await shownAt(https)).toBe('second'), { withinMs: 5000 });
    expect(await mesh(['kv', 'get', 'a/b'], env)).not.toBe('one');
    expect(await mesh(['kv', 'get', 'a/b'], { ...env, CONSUL_CLIENT_CERT: first.certFile, CONSUL_CLIENT_KEY: first.keyFile })).toBe('one');

    // What cannot be read changes nothing.
    writeFileSync(certFile, 'no certificate');
    expect(await mesh(['reload'], { CONSUL_HTTP_ADDR: agent.http })).toMatch(/Failed to load cert\/key pair/);
    expect(await shownAt(https)).toBe('second');
  } finally {
    await agent.stop();
  }
});

test('an agent without plain HTTP runs its watches', async () => {
  const [https, ...others] = [await freePort(), await freePort(), await freePort()];
  const seen = join(home, 'seen');
  const file = join(home, 'only.json');
  const watch = { type: 'key', key: 'greeting', handler_type: 'script', args: ['/bin/sh', '-c', `cat > ${seen}`] };
  const tls = { cert_file: first.certFile, key_file: first.keyFile, ca_file: ours.caFile, verify_incoming: true };
  writeFileSync(file, JSON.stringify({ ports: { http: -1, https, serf_lan: others[0], server: others[1] }, ...tls, watches: [watch] }));
  const words = ['agent', '-dev', '-bind=127.0.0.1', '-dns-port=-1', '-serf-wan-port=-1', `-config-file=${file}`];
  const child = execa(process.execPath, ['bin/mesh', ...words], { reject: false, stdin: 'ignore' });
  try {
    const env = { CONSUL_HTTP_ADDR: `https://127.0.0.1:${https}`, CONSUL_CACERT: ours.caFile };
    const own = { ...env, CONSUL_CLIENT_CERT: second.certFile, CONSUL_CLIENT_KEY: second.keyFile };
    const written = async () => expect(await mesh(['kv', 'put', 'greeting', 'hello'], own)).toMatch(/^Success/);
    await eventually(written, { withinMs: 10_000 });
    await eventually(() => expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({ Key: 'greeting' }), { withinMs: 5000 });
  } finally {
    child.kill('SIGINT');
    await child;
  }
});
