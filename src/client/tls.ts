/** TLS of the client: which authorities are believed, which certificate is shown. Files are read here, once. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { systemErrorText } from '../lib/system-error.js';
import { ClientOptionError } from './errors.js';

export interface TlsFiles {
  readonly caFile?: string;
  /** Every file of the directory, sub-directories too. */
  readonly caPath?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Name expected in the server's certificate, instead of the host of the address. */
  readonly serverName?: string;
  /** False accepts any certificate. */
  readonly verify?: boolean;
}

/** As node:tls takes them. */
export interface TlsOptions {
  readonly ca?: Buffer[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** @throws ClientOptionError in Consul's words */
export function readTlsFiles({ caFile, caPath, certFile, keyFile, serverName, verify }: TlsFiles): TlsOptions {
  const authorities = [
    ...(caFile ? [readNamed(caFile, (text) => `Error loading CA File: ${text}`)] : []),
    ...(caPath && !caFile ? filesBelow(caPath).map((path) => readNamed(path, (text) => `Error loading CA File: ${text}`)) : []),
  ];
  if ((certFile === undefined) !== (keyFile === undefined)) throw new ClientOptionError('both client cert and client key must be provided');
  return {
    ...(authorities.length > 0 ? { ca: authorities } : {}),
    ...(certFile && keyFile ? { cert: readNamed(certFile, (text) => text), key: readNamed(keyFile, (text) => text) } : {}),
    ...(serverName ? { servername: serverName } : {}),
    ...(verify === false ? { rejectUnauthorized: false } : {}),
  };
}

function filesBelow(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => `${entry.parentPath}/${entry.name}`);
  } catch (error) {
    throw new ClientOptionError(`lstat ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

function readNamed(path: string, explained: (text: string) => string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ClientOptionError(explained(`open ${path}: ${systemErrorText(error)}`), { cause: error });
  }
}
