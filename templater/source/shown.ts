import type { SourceSettings } from './settings.js';

/** For a log line: where keys come from, as confd lists it. */
export function shownSource(settings: SourceSettings): string {
  switch (settings.kind) {
    case 'several':
      // confd names the nodes also when it asks the environment.
      return [settings.main.kind === 'env' ? settings.agent : settings.main, ...Object.values(settings.named)].map(shownSource).join(', ');
    case 'consul':
      return settings.connection.addresses.map((address) => address.replace(/^http:\/\//, '')).join(', ');
    case 'env':
      return '';
    case 'file':
      return settings.paths.join(', ');
    case 'etcd':
    case 'vault':
      return settings.addresses.join(', ');
    case 'redis':
      // A URL may hold a password.
      return settings.addresses.map((address) => address.replace(/\/\/[^@/]*@/, '//')).join(', ');
  }
}
