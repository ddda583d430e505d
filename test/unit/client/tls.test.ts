import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClient } from '../../../src/client/client.js';
import { readTlsFiles, type TlsFiles } from '../../../src/client/tls.js';

/** Certificates of conf.test and 127.0.0.1, good until 2120. */
const folder = 'test/conformance/checks/tls';
let server: Server;
let address: string;

beforeAll(async () => {
  const [cert, key, ca] = ['server.pem', 'server-key.pem', 'ca.pem'].map((name) => readFileSync(`${folder}/${name}`));
  server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    response.end(JSON.stringify(Reflect.get(request.socket, 'authorized') === true ? 'known' : 'unknown'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = server.address();
  address = `https://127.0.0.1:${typeof found === 'object' && found ? found.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function leader(tls: TlsFiles): Promise<string> {
  const client = await openClient({ address, tls });
  try {
    return await client.status.leader();
  } finally {
    client.close();
  }
}

describe('a server with a certificate', () => {
  test('of an unknown authority is refused', async () => {
    await expect(leader({})).rejects.toThrow(/^Get "https:.*": x509: /);
  });

  test.each<{ name: string; tls: TlsFiles; answer: string }>([
    { name: 'of the authority in a file', tls: { caFile: `${folder}/ca.pem` }, answer: 'unknown' },
    { name: 'that nobody looks at', tls: { verify: false }, answer: 'unknown' },
    { name: 'for the name that is expected', tls: { caFile: `${folder}/ca.pem`, serverName: 'conf.test' }, answer: 'unknown' },
    {
      name: 'that asks for ours',
      tls: { caFile: `${folder}/ca.pem`, certFile: `${folder}/server.pem`, keyFile: `${folder}/server-key.pem` },
      answer: 'known',
    },
  ])('$name', async ({ tls, answer }) => {
    expect(await leader(tls)).toBe(answer);
  });

  test('for another name is refused', async () => {
    await expect(leader({ caFile: `${folder}/ca.pem`, serverName: 'other.test' })).rejects.toThrow('other.test');
  });
});

test('every file of a directory of authorities is read', () => {
  expect(readTlsFiles({ caPath: folder }).ca?.length).toBeGreaterThan(1);
});

test.each<{ tls: TlsFiles; text: string }>([
  { tls: { caFile: 'missing.pem' }, text: 'Error loading CA File: open missing.pem: no such file or directory' },
  { tls: { caPath: 'missing' }, text: 'lstat missing: no such file or directory' },
  { tls: { caFile: 'package.json' }, text: "Error loading CA File: Couldn't parse PEM in: package.json" },
  { tls: { caPath: 'examples' }, text: "Error loading CA Path: Couldn't parse PEM in: examples" },
  { tls: { certFile: `${folder}/server.pem`, keyFile: `${folder}/ca.pem` }, text: `open ${folder}/ca.pem: no private key in PEM format` },
  { tls: { certFile: 'a.pem' }, text: 'both client cert and client key must be provided' },
  { tls: { certFile: 'a.pem', keyFile: 'b.pem' }, text: 'open a.pem: no such file or directory' },
])('$text', ({ tls, text }) => {
  expect(() => readTlsFiles(tls)).toThrow(text);
});
