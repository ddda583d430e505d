/** From settings to the options of a client of one agent. */
import type { ClientOptions } from '../../src/client/open.js';
import type { ConnectionSettings } from './connection-settings.js';
import { tlsFiles } from './tls-files.js';

export function clientOptions(connection: ConnectionSettings, address: string): ClientOptions {
  const { token, basicAuthentication } = connection;
  return {
    address,
    token,
    ...(basicAuthentication === '' ? {} : { basicAuth: basicAuthentication }),
    tls: tlsFiles(connection),
  };
}
