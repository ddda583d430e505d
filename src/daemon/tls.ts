/** Certificates of the agent (`cert_file`, `key_file`, `ca_file`, `ca_path`): read at the start and at each reload, and judged in Consul's words. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { opensslCiphers } from '../config/cipher-suites.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Settings } from '../config/table.js';
import { systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';
import type { TlsSettings } from '../model/http-settings.js';

export interface AgentCertificates {
  /** PEM, each file by itself. */
  readonly authorities: readonly string[];
  /** PEM; null without a pair of files. */
  readonly pair: { readonly certificate: string; readonly key: string } | null;
}

const versions = { tls10: 'TLSv1', tls11: 'TLSv1.1', tls12: 'TLSv1.2', tls13: 'TLSv1.3' } as const;

/** Reads everything and applies the rules. @throws MeshError config-invalid */
export function agentCertificates({ settings }: Pick<RuntimeConfig, 'settings'>): AgentCertificates {
  const read = { pair: readPair(settings), authorities: readAuthorities(settings) };
  const fault = ruleFault(settings, read);
  if (fault !== '') throw invalid(fault);
  return read;
}

/** null when no HTTPS is served. @throws MeshError config-invalid */
export function listenerTls({ settings }: Pick<RuntimeConfig, 'settings'>): TlsSettings | null {
  const { pair, authorities } = agentCertificates({ settings });
  if (settings['ports.https'] <= 0 || !pair) return null;
  return {
    ...pair,
    authorities,
    requiresClientCertificate: settings.verify_incoming || settings.verify_incoming_https,
    minVersion: minVersion(settings),
    ciphers: opensslCiphers(settings.tls_cipher_suites, { withOldVersions: /^tls1[01]$/.test(settings.tls_min_version) }),
    prefersServerCiphers: settings.tls_prefer_server_cipher_suites,
    handshakeMs: settings['limits.https_handshake_timeout'],
  };
}

function minVersion({ tls_min_version: name }: Settings): TlsSettings['minVersion'] {
  return Object.entries(versions).find(([known]) => known === name)?.[1] ?? versions.tls12;
}

function readPair({ cert_file: certFile, key_file: keyFile }: Settings): AgentCertificates['pair'] {
  if (certFile === '' || keyFile === '') return null;
  const failed = (reason: string, cause: unknown) => invalid(`Failed to load cert/key pair: ${reason}`, cause);
  const pair = { certificate: readFile(certFile, failed), key: readFile(keyFile, failed) };
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch (error) {
    throw failed(`${certFile} and ${keyFile}: ${error instanceof Error ? error.message : error}`, error);
  }
  return pair;
}

/** The file wins; of a directory every file counts. */
function readAuthorities({ ca_file: file, ca_path: path }: Settings): readonly string[] {
  const failed = (reason: string, cause: unknown) => invalid(`Error loading CA File: ${reason}`, cause);
  const paths = file !== '' ? [file] : path === '' ? [] : filesIn(path);
  return paths.map((name) => {
    const text = readFile(name, failed);
    try {
      new X509Certificate(text); // the first of the file
    } catch (error) {
      throw failed(`Couldn't parse PEM in: ${name}`, error);
    }
    return text;
  });
}

function filesIn(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [join(path, entry.name)]));
  } catch (error) {
    throw invalid(`Error loading CA Path: ${path}: ${systemErrorText(error)}`, error);
  }
}

function readFile(path: string, failed: (reason: string, cause: unknown) => MeshError): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw failed(`open ${path}: ${systemErrorText(error)}`, error);
  }
}

function ruleFault(settings: Settings, { pair, authorities }: AgentCertificates): string {
  const name = settings.tls_min_version;
  if (name !== '' && !Object.hasOwn(versions, name))
    return `TLSMinVersion: value ${name} not supported, please specify one of [${Object.keys(versions).join(', ')}]`;
  const verifies = settings.verify_incoming || settings.verify_incoming_https || settings.verify_incoming_rpc;
  if (settings.verify_outgoing && authorities.length === 0) return 'VerifyOutgoing set but no CA certificates were provided';
  if (verifies && authorities.length === 0) return 'VerifyIncoming set but no CA certificates were provided';
  if (verifies && !pair)
    return 'VerifyIncoming requires either a Cert and Key pair in the configuration file, or auto-encrypt/auto-config be enabled';
  if (settings['ports.https'] > 0 && !pair) return '"ports.https" needs a certificate: set "cert_file" and "key_file"';
  return '';
}

function invalid(text: string, cause?: unknown): MeshError {
  return new MeshError('config-invalid', text, { cause });
}
