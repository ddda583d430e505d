/** How to reach agents, whatever command line or file said it. */
export interface ConnectionSettings extends TlsSettings {
  /** URLs or host:port, at least one; the first that answers is used. */
  readonly addresses: readonly string[];
  readonly token: string;
  /** "user:password", '' for none. */
  readonly basicAuthentication: string;
  /** Asked for what a template names no datacenter for; '' is the agent's own. */
  readonly datacenter: string;
}

/** Paths of PEM files, '' for none. */
export interface TlsSettings {
  readonly authorityFile: string;
  /** Every file in it, when there is no such file. */
  readonly authorityDirectory?: string;
  /** The name that the certificate must have, when it is not that of the address. */
  readonly serverName?: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** False accepts any certificate. */
  readonly verifyCertificate: boolean;
}

/** The system's authorities, no certificate of our own. */
export const defaultTls: TlsSettings = { authorityFile: '', certificateFile: '', keyFile: '', verifyCertificate: true };
