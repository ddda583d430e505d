/** How to reach agents, whatever command line or file said it. */
export interface ConnectionSettings {
  /** URLs or host:port, at least one; the first that answers is used. */
  readonly addresses: readonly string[];
  readonly token: string;
  /** "user:password", '' for none. */
  readonly basicAuthentication: string;
  /** Paths of PEM files, '' for none. */
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly verifyCertificate: boolean;
}
