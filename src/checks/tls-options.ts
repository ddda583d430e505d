/** TLS for probes, and its failures in the words of Go's crypto packages. */
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { ProbeTls } from './probe.js';

/** Options of `tls.connect` and `https.request`. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  readonly checkServerIdentity: (host: string, peer: PeerCertificate) => Error | undefined;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

export function tlsOptions({ skipVerify, serverName, authorities, certificate, key }: ProbeTls, host: string): TlsOptions {
  const expected = serverName === '' ? host : serverName;
  return {
    rejectUnauthorized: !skipVerify,
    // RFC 6066 §3: an address is no server name.
    ...(isIP(expected) === 0 && { servername: expected }),
    checkServerIdentity: (_host, peer) => checkServerIdentity(expected, peer),
    ...(authorities.length > 0 && { ca: [...authorities] }),
    ...(certificate !== '' && { cert: certificate, key }),
  };
}

const unknownAuthority = 'x509: certificate signed by unknown authority';
const texts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'x509: certificate has expired or is not yet valid',
  CERT_UNTRUSTED: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls: first record does not look like a TLS handshake',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

/** undefined when the error has nothing to do with TLS. */
export function tlsErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return nameMismatch(error);
  return Object.hasOwn(texts, error.code) ? texts[error.code] : undefined;
}

function nameMismatch(error: Error & { readonly host?: string; readonly cert?: PeerCertificate }): string {
  const alternatives = (error.cert?.subjectaltname ?? '').split(', ').filter(Boolean);
  const host = error.host ?? '';
  if (isIP(host) === 0) {
    const names = alternatives.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4));
    return names.length === 0
      ? `x509: certificate is not valid for any names, but wanted to match ${host}`
      : `x509: certificate is valid for ${names.join(', ')}, not ${host}`;
  }
  const addresses = alternatives.filter((name) => name.startsWith('IP Address:')).map((name) => name.slice(11));
  return addresses.length === 0
    ? `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    : `x509: certificate is valid for ${addresses.join(', ')}, not ${host}`;
}
