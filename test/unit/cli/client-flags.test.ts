import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { clientOptions } from '../../../src/cli/client-flags.js';
import type { Io } from '../../../src/cli/command.js';

const folder = mkdtempSync(join(tmpdir(), 'mesh-flags-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'from-file\n');
afterAll(() => rmSync(folder, { recursive: true }));

function io(env: Io['env']): Io & { readonly printed: string[] } {
  const printed: string[] = [];
  return { out: () => {}, err: (text) => printed.push(text), readStdin: async () => Buffer.alloc(0), isTerminal: false, env, printed };
}

test.each([
  { name: 'nothing given', flags: {}, env: {}, options: {} },
  { name: 'a variable', flags: {}, env: { CONSUL_HTTP_ADDR: 'a:1' }, options: { address: 'a:1' } },
  { name: 'its twin beats it', flags: {}, env: { CONSUL_HTTP_ADDR: 'a:1', MESH_HTTP_ADDR: 'b:2' }, options: { address: 'b:2' } },
  { name: 'a flag beats both', flags: { 'http-addr': 'c:3' }, env: { MESH_HTTP_ADDR: 'b:2' }, options: { address: 'c:3' } },
  { name: 'a token beats a file of one', flags: { token: 't', 'token-file': tokenFile }, env: {}, options: { token: 't' } },
  { name: 'a file of a token', flags: { 'token-file': tokenFile }, env: { MESH_HTTP_TOKEN: 'x' }, options: { token: 'from-file' } },
  { name: 'a file by variable', flags: {}, env: { CONSUL_HTTP_TOKEN_FILE: tokenFile }, options: { token: 'from-file' } },
  { name: 'stale', flags: { stale: true, datacenter: 'dc2' }, env: {}, options: { consistency: 'stale', datacenter: 'dc2' } },
  {
    name: 'TLS',
    flags: {},
    env: { CONSUL_HTTP_SSL: 'true', CONSUL_HTTP_SSL_VERIFY: '0' },
    options: { useTls: true, tls: { verify: false } },
  },
  { name: 'basic authentication', flags: {}, env: { CONSUL_HTTP_AUTH: 'u:p' }, options: { basicAuth: 'u:p' } },
  {
    name: 'files of certificates',
    flags: { 'ca-file': 'a', 'client-cert': 'c' },
    env: { CONSUL_CAPATH: 'b', CONSUL_CLIENT_KEY: 'k', CONSUL_TLS_SERVER_NAME: 'n' },
    options: { tls: { caFile: 'a', caPath: 'b', certFile: 'c', keyFile: 'k', serverName: 'n' } },
  },
])('$name', ({ flags, env, options }) => {
  expect(clientOptions(flags, io(env))).toEqual({ useTls: false, tls: {}, ...options });
});

test('a file of a token that is not there ends the command', () => {
  expect(() => clientOptions({ 'token-file': `${folder}/none` }, io({}))).toThrow(
    `Error connecting to Mesh agent: Error loading token file: open ${folder}/none: no such file or directory`,
  );
});

test('a truth value that is none is told and ignored', () => {
  const world = io({ CONSUL_HTTP_SSL: 'nonsense' });
  expect(clientOptions({}, world)).toEqual({ useTls: false, tls: {} });
  expect(world.printed).toEqual(['[WARN] client: could not parse HTTP_SSL as a truth value: value="nonsense"\n']);
});
