/**
 * What templates read. Rendering is synchronous: a function looks its data up among what has been fetched so far, and what is not
 * there yet is noted and rendered as nothing. The runtime fetches the noted dependencies and renders again, until nothing is missing:
 *
 *   render -> rendering.missing -> fetch those -> render -> … -> missing is empty: the bytes may be written
 *
 * The values are the records of the HTTP API, as the client gives them. A record that did not change should stay the same object:
 * what the template functions make of it is kept per object.
 */

import type { CaRoot, LeafCertificate } from '../src/client/connect-ca.js';
import type { HealthEntry, NodeServices, ServiceSummary } from '../src/model/catalog-answers.js';
import type { KvKey } from '../src/model/kv-key.js';
import type { KvEntry, NodeRecord } from '../src/model/records.js';
import type { FileWrite } from './file-write.js';
import type { KeyTree } from './key-tree.js';
import type { Place } from './place.js';

/** One row per kind: what names the data, and what the data is. `datacenter` is '' for the agent's own everywhere. */
export interface DependencyTable {
  /** One key; null when it does not exist. */
  key: { arguments: { readonly key: KvKey; readonly datacenter: string }; value: KvEntry | null };
  /** All keys that begin with the prefix, in byte order. */
  keyPrefix: { arguments: { readonly prefix: KvKey; readonly datacenter: string }; value: readonly KvEntry[] };
  /** Instances of a service with their checks. `passing` asks the agent for passing ones only; `near` sorts by round trip. */
  service: {
    arguments: {
      readonly service: string;
      readonly tag: string;
      readonly datacenter: string;
      readonly near: string;
      readonly passing: boolean;
      /** Connect-capable instances of the service instead of the service itself. */
      readonly connect: boolean;
    };
    value: readonly HealthEntry[];
  };
  services: { arguments: { readonly datacenter: string }; value: readonly ServiceSummary[] };
  nodes: { arguments: { readonly datacenter: string; readonly near: string }; value: readonly NodeRecord[] };
  /** A node with its services; `node` is '' for the agent's own node. Null when there is no such node. */
  node: { arguments: { readonly node: string; readonly datacenter: string }; value: NodeServices | null };
  /** `ignoreFailing` leaves out the datacenters that cannot be reached now. */
  datacenters: { arguments: { readonly ignoreFailing: boolean }; value: readonly string[] };
  /** The certificates that the service mesh trusts. */
  caRoots: { arguments: Readonly<Record<never, never>>; value: readonly CaRoot[] };
  /** The certificate of a service; the agent makes one when there is none. */
  caLeaf: { arguments: { readonly service: string }; value: LeafCertificate };
  /** The contents of a local file; the runtime watches it. `sandbox` is a directory it must lie in, whatever links there are; '' is none. */
  file: { arguments: { readonly path: string; readonly sandbox: string }; value: Uint8Array };
  /** Standard output of a local program (no shell), at most 30 s. A failing program is an error of the runtime's. */
  plugin: { arguments: { readonly command: string; readonly arguments: readonly string[] }; value: Uint8Array };
  /** Addresses of a host name by the system's resolver; family 0 is both. A failed lookup is an empty list. */
  hostAddresses: { arguments: { readonly name: string; readonly family: 0 | 4 | 6 }; value: readonly string[] };
  /** Records of `_service._protocol.name` by the system's resolver. A failed lookup is an empty list. */
  hostServices: {
    arguments: { readonly service: string; readonly protocol: string; readonly name: string };
    value: readonly ServerRecord[];
  };
}

/** An SRV record (RFC 2782). */
export interface ServerRecord {
  readonly Target: string;
  readonly Port: number;
  readonly Priority: number;
  readonly Weight: number;
}

export type DependencyKind = keyof DependencyTable;
export type Dependency<K extends DependencyKind = DependencyKind> = {
  /** `source` is the name of the source to ask; without one it is the main one. */
  [P in K]: { readonly kind: P; readonly source?: string } & DependencyTable[P]['arguments'];
}[K];
export type DependencyValue<K extends DependencyKind> = DependencyTable[K]['value'];

/** Something a template needs and that is not there: not fetched yet, or (for `key`) without a value. */
export interface MissingData {
  readonly dependency: Dependency;
  readonly at: Place;
}

export interface DataSource {
  /**
   * What is known about a dependency, or undefined when it has not been fetched yet. Every dependency a rendering needs passes here,
   * also those that are known: the implementation may note which ones are in use. Must not throw and must not wait.
   */
  lookup<K extends DependencyKind>(dependency: Dependency<K>): DependencyValue<K> | undefined;
  /** The keys of the resource, for confd's functions: absolute, with the resource's prefix cut off. */
  readonly keys: KeyTree;
  /** An environment variable, undefined when unset. */
  environment(name: string): string | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * What `writeToFile` asks for, when a rendering is whole. Without it nothing is written: a rendering that is only looked at leaves the
   * disk alone. @throws FileWriteError
   */
  readonly writeFile?: ((write: FileWrite) => void) | undefined;
}

/** The same dependency where the kind no longer matters; the compiler does not see by itself that each kind is one of all kinds. */
export function anyDependency<K extends DependencyKind>(dependency: Dependency<K>): Dependency {
  return dependency as Dependency;
}

/** Equal for equal dependencies: the key of the runtime's tables. */
export function dependencyId(dependency: Dependency): string {
  const { kind, ...named } = dependency;
  return JSON.stringify([kind, ...Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Where a resource has its keys from, when that is not the main source. */
export interface DataFrom {
  readonly source: string;
  /** It is an agent: services, nodes and the like come from it as well. */
  readonly isAgent: boolean;
}

/** The same dependency of that source, where it is one that sources answer; without a source it stays what it is. */
export function inSource<K extends DependencyKind>(dependency: Dependency<K>, from: DataFrom | undefined): Dependency<K> {
  if (from === undefined) return dependency;
  const isKey = dependency.kind === 'key' || dependency.kind === 'keyPrefix';
  return isKey || (from.isAgent && !isOfThisMachine(dependency.kind)) ? { ...dependency, source: from.source } : dependency;
}

const localKinds: ReadonlySet<DependencyKind> = new Set(['file', 'plugin', 'hostAddresses', 'hostServices']);

/** Whether it can be answered without a cluster. */
export function isOfThisMachine(kind: DependencyKind): boolean {
  return localKinds.has(kind);
}

/** For a log line: what a template waits for, e.g. `service "web" in "dc2"`. */
export function describeDependency(dependency: Dependency): string {
  const { source = '' } = dependency;
  return source === '' ? described(dependency) : `${described(dependency)} of ${source}`;
}

function described(dependency: Dependency): string {
  switch (dependency.kind) {
    case 'key':
      return `key ${quoted(dependency.key, dependency.datacenter)}`;
    case 'keyPrefix':
      return `keys below ${quoted(dependency.prefix, dependency.datacenter)}`;
    case 'service':
      return `service ${quoted(dependency.tag === '' ? dependency.service : `${dependency.tag}.${dependency.service}`, dependency.datacenter)}`;
    case 'node':
      return `node ${quoted(dependency.node, dependency.datacenter)}`;
    case 'services':
    case 'nodes':
      return dependency.datacenter === '' ? dependency.kind : `${dependency.kind} in "${dependency.datacenter}"`;
    case 'datacenters':
      return 'datacenters';
    case 'caRoots':
      return 'the roots of the certificate authority';
    case 'caLeaf':
      return `certificate of service ${quoted(dependency.service, '')}`;
    case 'file':
      return `file ${quoted(dependency.path, '')}`;
    case 'plugin':
      return `plugin ${quoted(dependency.command, '')}`;
    case 'hostAddresses':
      return `addresses of ${quoted(dependency.name, '')}`;
    case 'hostServices':
      return `service records of ${quoted(`_${dependency.service}._${dependency.protocol}.${dependency.name}`, '')}`;
  }
}

function quoted(name: string, datacenter: string): string {
  const text = JSON.stringify(name);
  return datacenter === '' ? text : `${text} in "${datacenter}"`;
}
