/** What the compiler reads: the entries of a service, whether they are stored or only proposed. */
import type { ConfigEntry, EntryOf } from '../config-entry/entry.js';
import type { EntryKind } from '../config-entry/shapes.js';

/** Answers the entry of a kind under a name, or nothing. Names match without regard to case. */
export interface EntrySource {
  entry<K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined;
}

/** Protocols whose requests can be told apart, so that they can be routed and split. */
export function permitsRouting(protocol: string): boolean {
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc';
}

/** That of the service's defaults, else that of all proxies, else tcp. */
export function protocolOf(entries: EntrySource, service: string): string {
  const own = entries.entry('service-defaults', service)?.Protocol;
  if (own) return own;
  const shared = entries.entry('proxy-defaults', 'global')?.Config?.protocol;
  return typeof shared === 'string' && shared !== '' ? shared.toLowerCase() : 'tcp';
}

/** Services that the chain of this entry's service can lead to, itself not among them. */
export function leadsTo(entry: ConfigEntry): readonly string[] {
  const named = namedBy(entry).filter((name): name is string => name !== undefined && name !== '');
  return [...new Set(named)].filter((name) => name.toLowerCase() !== entry.Name.toLowerCase());
}

function namedBy(entry: ConfigEntry): readonly (string | undefined)[] {
  switch (entry.Kind) {
    case 'service-router':
      return (entry.Routes ?? []).map(({ Destination }) => Destination?.Service);
    case 'service-splitter':
      return entry.Splits.map(({ Service }) => Service);
    case 'service-resolver':
      return [entry.Redirect?.Service, ...Object.values(entry.Failover ?? {}).map(({ Service }) => Service)];
    default:
      return [];
  }
}
