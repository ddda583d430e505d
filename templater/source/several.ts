/**
 * Several sources as one. What names a source is asked of that one, other keys of the main one. Services, nodes and the like are no keys:
 * they are asked of an agent, which is opened only when a template wants one.
 */
import { ClientOptionError } from '../../src/client/errors.js';
import { anyDependency, type Dependency } from '../data-source.js';
import { lazySource } from './lazy.js';
import type { SeveralSettings, SingleSettings } from './settings.js';
import { type OpenSource, type Source, SourceError } from './source.js';

type Open = (settings: SingleSettings) => Promise<OpenSource>;

/** @throws what opening one of them throws */
export async function severalSources({ main, agent, named }: SeveralSettings, open: Open): Promise<OpenSource> {
  const opened: Promise<OpenSource>[] = [];
  const openKept = (settings: SingleSettings) => {
    const source = open(settings);
    opened.push(source);
    return source;
  };
  const keys = await openKept(main);
  let agentSource: Promise<OpenSource> | undefined;
  const openAgent = () => {
    // Its options are no mistake until they are needed.
    agentSource ??= openKept(agent).catch((error: unknown) => {
      throw error instanceof ClientOptionError ? new SourceError(error.message, { cause: error }) : error;
    });
    return agentSource;
  };
  const services: Source = main.kind === 'consul' ? keys : lazySource(openAgent);
  const byName = new Map<string, Asked>();
  for (const [name, settings] of Object.entries(named))
    byName.set(name, { source: await openKept(settings), isAgent: settings.kind === 'consul' });
  const sourceFor = (dependency: Dependency): Source => {
    const asked = byName.get(dependency.source ?? '');
    const isKey = dependency.kind === 'key' || dependency.kind === 'keyPrefix';
    if (asked !== undefined && (isKey || asked.isAgent)) return asked.source;
    return isKey ? keys : services;
  };
  return {
    fetch: (dependency, signal) => sourceFor(anyDependency(dependency)).fetch(dependency, signal),
    follow: (dependency, options) => sourceFor(anyDependency(dependency)).follow(dependency, options),
    // One that could not be opened has nothing to let go of.
    close: () => {
      for (const source of opened) source.then((one) => one.close()).catch(() => {});
    },
  };
}

interface Asked {
  readonly source: Source;
  readonly isAgent: boolean;
}
