/** Certificates for tests, made by openssl: an authority, and what it signs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Authority {
  readonly caFile: string;
  /** For 127.0.0.1 and localhost, server and client alike. */
  sign(name: string): Pair;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function makeAuthority(directory: string, name: string): Authority {
  const file = (what: string) => join(directory, `${name}-${what}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const [caFile, caKey] = [file('ca.pem'), file('ca-key.pem')];
  openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', caFile, '-days', '2', '-subj', `/CN=${name}`);
  return {
    caFile,
    sign: (subject) => {
      const [certFile, keyFile, request, extensions] = ['pem', 'key.pem', 'csr', 'ext'].map((end) => file(`${subject}.${end}`));
      if (!certFile || !keyFile || !request || !extensions) throw new TypeError('four names');
      openssl('req', ...newKey, '-keyout', keyFile, '-out', request, '-subj', `/CN=${subject}`);
      writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
      const signed = ['-in', request, '-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions];
      openssl('x509', '-req', ...signed, '-out', certFile);
      return { certFile, keyFile };
    },
  };
}

export function pem(path: string): string {
  return readFileSync(path, 'utf8');
}
