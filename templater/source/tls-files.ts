/** The TLS settings of a source in the words of the client that reads the files. */
import type { TlsFiles } from '../../src/client/tls.js';
import type { TlsSettings } from './connection-settings.js';

export function tlsFiles(settings: TlsSettings): TlsFiles {
  const { authorityFile, authorityDirectory = '', serverName = '', certificateFile, keyFile, verifyCertificate } = settings;
  return {
    ...(authorityFile === '' ? {} : { caFile: authorityFile }),
    ...(authorityDirectory === '' ? {} : { caPath: authorityDirectory }),
    ...(serverName === '' ? {} : { serverName }),
    ...(certificateFile === '' ? {} : { certFile: certificateFile }),
    ...(keyFile === '' ? {} : { keyFile }),
    verify: verifyCertificate,
  };
}
