/** From settings to a source that can be asked. Nothing is sent yet, so a store that is down is met, and waited for, by the first question. */
import type { Clock } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';
import type { SourceSettings } from './settings.js';
import type { OpenSource } from './source.js';

export interface SourceParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Something to be told to the user once: the source works, but not as well as it could. */
  readonly warn: (text: string) => void;
}

/** Each kind is loaded only when it is wanted. @throws ClientOptionError for addresses, TLS files and patterns that cannot be used */
export async function openSource(settings: SourceSettings, parts: SourceParts): Promise<OpenSource> {
  switch (settings.kind) {
    case 'several':
      return (await import('./several.js')).severalSources(settings, (one) => openSource(one, parts));
    case 'consul':
      return (await import('./consul.js')).openConsulSource({ connection: settings.connection, ...parts });
    case 'env':
      return { ...(await import('./environment.js')).environmentSource(parts.environment), close: () => {} };
    case 'file': {
      const [{ keySource }, { fileStore }] = await Promise.all([import('./key-store.js'), import('./file.js')]);
      return keySource(fileStore(settings, parts), parts);
    }
    case 'etcd': {
      const [{ keySource }, { etcdStore }] = await Promise.all([import('./key-store.js'), import('./etcd.js')]);
      return keySource(etcdStore(settings, parts), parts);
    }
    case 'redis': {
      const [{ keySource }, { redisStore }] = await Promise.all([import('./key-store.js'), import('./redis.js')]);
      return keySource(redisStore(settings, parts), parts);
    }
    case 'vault': {
      const [{ keySource }, { vaultStore }] = await Promise.all([import('./key-store.js'), import('./vault.js')]);
      return keySource(await vaultStore(settings, parts), parts);
    }
  }
}
