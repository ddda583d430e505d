/** Where keys come from, for a log line. */
import { maskUserInfo } from '../../src/lib/mask-tokens.js';
import type { SourceSettings } from './settings.js';

/** As confd lists it. */
export function shownSource(settings: SourceSettings): string {
  switch (settings.kind) {
    case 'several':
      // confd names the nodes also when it asks the environment.
      return [settings.main.kind === 'env' ? settings.agent : settings.main, ...Object.values(settings.named)].map(shownSource).join(', ');
    case 'consul':
      return settings.connection.addresses.map((address) => maskUserInfo(address.replace(/^http:\/\//, ''))).join(', ');
    case 'env':
      return '';
    case 'file':
      return settings.paths.join(', ');
    case 'etcd':
    case 'vault':
    case 'redis':
      return settings.addresses.map(maskUserInfo).join(', ');
  }
}
