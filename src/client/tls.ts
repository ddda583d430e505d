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
  const authorities = authoritiesIn(caFile || caPath || '', caFile ? 'File' : 'Path');
  if ((certFile === undefined) !== (keyFile === undefined)) throw new ClientOptionError('both client cert and client key must be provided');
  return {
    ...(authorities.length > 0 ? { ca: authorities } : {}),
    ...(certFile && keyFile ? { cert: readPem(certFile, 'CERTIFICATE'), key: readPem(keyFile, 'PRIVATE KEY') } : {}),
    ...(serverName ? { servername: serverName } : {}),
    ...(verify === false ? { rejectUnauthorized: false } : {}),
  };
}

/** Node takes what holds no certificate for no authority at all, and would blame the server for it. */
function authoritiesIn(path: string, kind: 'File' | 'Path'): Buffer[] {
  if (path === '') return [];
  const files = (kind === 'File' ? [path] : filesBelow(path)).map((file) => readNamed(file, (text) => `Error loading CA File: ${text}`));
  if (!files.some((file) => holdsPem(file, 'CERTIFICATE')))
    throw new ClientOptionError(`Error loading CA ${kind}: Couldn't parse PEM in: ${path}`);
  return files;
}

function readPem(path: string, label: PemLabel): Buffer {
  const bytes = readNamed(path, (text) => text);
  if (!holdsPem(bytes, label)) throw new ClientOptionError(`open ${path}: no ${label.toLowerCase()} in PEM format`);
  return bytes;
}

type PemLabel = 'CERTIFICATE' | 'PRIVATE KEY';

/** RFC 7468 §2; "TRUSTED CERTIFICATE" and "EC PRIVATE KEY" will do. */
function holdsPem(bytes: Buffer, label: PemLabel): boolean {
  return new RegExp(`-----BEGIN [A-Z ]*${label}-----`).test(bytes.toString('latin1'));
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
