/**
 * Whether entries still go together with one of them put or deleted: every chain that the change can reach must compile, ingress listeners
 * must speak the protocol of their services, and permissions on requests need a protocol that has requests.
 */
import type { ConfigEntry, EntryOf } from '../../model/config-entry/entry.js';
import type { EntryKind } from '../../model/config-entry/shapes.js';
import { noOverrides } from '../../model/discovery-chain/chain.js';
import { compileChain } from '../../model/discovery-chain/compile.js';
import { type EntrySource, leadsTo, permitsRouting, protocolOf } from '../../model/discovery-chain/entries.js';
import { MeshError } from '../../model/errors.js';
import type { ConfigEntriesView } from '../../state/config-entries.js';
import { asMatched } from '../../state/stored.js';

export interface ProposedChange {
  readonly kind: EntryKind;
  readonly name: string;
  /** undefined: it is deleted. */
  readonly proposed: ConfigEntry | undefined;
  readonly datacenter: string;
}

const chainKinds: readonly EntryKind[] = ['service-router', 'service-splitter', 'service-resolver'];
/** Of these a change can make chains impossible. */
const touchingChains: readonly EntryKind[] = ['service-defaults', 'proxy-defaults', ...chainKinds];

/** @throws MeshError `refused`, with the first chain or entry that no longer holds */
export function requireSoundGraph(config: ConfigEntriesView, change: ProposedChange): void {
  const graph = new ProposedGraph(config, change);
  if (touchingChains.includes(change.kind)) {
    for (const name of graph.reached()) {
      compileChain(graph, { service: name, datacenter: change.datacenter, trustDomain: 'consul', overrides: noOverrides });
    }
  }
  for (const entry of graph.all()) {
    if (entry.Kind === 'service-intentions') requirePermissible(graph, entry);
    if (entry.Kind === 'ingress-gateway') requireListeners(graph, entry);
  }
}

class ProposedGraph implements EntrySource {
  private readonly config: ConfigEntriesView;
  private readonly change: ProposedChange;

  constructor(config: ConfigEntriesView, change: ProposedChange) {
    this.config = config;
    this.change = change;
  }

  entry<K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined {
    if (!this.isChanged(kind, name)) return this.config.entry(kind, name);
    const { proposed } = this.change;
    return proposed && isOfKind(proposed, kind) ? proposed : undefined;
  }

  all(): readonly ConfigEntry[] {
    const { proposed } = this.change;
    const others = this.config.all().filter((entry) => !this.isChanged(entry.Kind, entry.Name));
    return proposed ? [...others, proposed] : others;
  }

  /** Services whose chains the change takes part in: its own first, then those that lead to it, then those that lead there. */
  reached(): readonly string[] {
    const chains = this.all().filter(({ Kind }) => chainKinds.includes(Kind));
    if (this.change.kind === 'proxy-defaults') return [...new Set(chains.map(({ Name }) => Name))];
    const reached = new Map([[asMatched(this.change.name), this.change.name]]);
    // A Map is walked in order of insertion, and walks on into what is added meanwhile.
    for (const name of reached.keys()) {
      for (const entry of chains) {
        if (leadsTo(entry).some((next) => asMatched(next) === name))
          reached.set(asMatched(entry.Name), reached.get(asMatched(entry.Name)) ?? entry.Name);
      }
    }
    return [...reached.values()];
  }

  private isChanged(kind: EntryKind, name: string): boolean {
    return kind === this.change.kind && asMatched(name) === asMatched(this.change.name);
  }
}

function requirePermissible(graph: EntrySource, { Name, Sources }: EntryOf<'service-intentions'>): void {
  if (Sources.every(({ Permissions = [] }) => Permissions.length === 0)) return;
  const protocol = protocolOf(graph, Name);
  if (permitsRouting(protocol)) return;
  throw new MeshError('refused', `service "${Name}" has protocol "${protocol}", which is incompatible with L7 intentions permissions`);
}

function requireListeners(graph: EntrySource, { Listeners }: EntryOf<'ingress-gateway'>): void {
  for (const { Protocol, Services } of Listeners) {
    for (const { Name } of Services) {
      const protocol = Name === '*' ? Protocol : protocolOf(graph, Name);
      if (protocol === Protocol) continue;
      throw new MeshError(
        'refused',
        `service "${Name}" has protocol "${protocol}", which is incompatible with defined listener protocol "${Protocol}"`,
      );
    }
  }
}

function isOfKind<K extends EntryKind>(entry: ConfigEntry, kind: K): entry is EntryOf<K> {
  return entry.Kind === kind;
}
