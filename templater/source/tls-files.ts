/** The TLS settings of a source in the words of the client that reads the files. */
import type { TlsFiles } from '../../src/client/tls.js';
import type { TlsSettings } from './connection-settings.js';

export function tlsFiles({ authorityFile, certificateFile, keyFile, verifyCertificate }: TlsSettings): TlsFiles {
  return {
    ...(authorityFile === '' ? {} : { caFile: authorityFile }),
    ...(certificateFile === '' ? {} : { certFile: certificateFile }),
    ...(keyFile === '' ? {} : { keyFile }),
    verify: verifyCertificate,
  };
}
