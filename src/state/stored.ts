/**
 * Rows of the store as records of the model, and back. What is in storage was decided here and checked on the way in, so this is the one
 * place that trusts it: records are taken as they are, with their indexes added.
 */

import type { ConfigEntry } from '../model/config-entry/entry.js';
import type { CoordinateRecord } from '../model/coordinate.js';
import type { KvKey } from '../model/kv-key.js';
import type { PreparedQuery } from '../model/prepared-query.js';
import type { CheckRecord, Indexes, NodeRecord, ServiceRecord, SessionRecord } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import type { SharedParts } from './shared-parts.js';

/** Revisions of a row: of its first and of its last put. */
export interface Revisions {
  readonly created: number;
  readonly revision: number;
}

export interface StoredKv {
  readonly Flags: string;
  readonly Value: string;
}

export interface StoredLock {
  readonly Session: string;
  readonly LockIndex: number;
  /** Wall-clock milliseconds until which nobody may take the lock; 0 when there is no delay. */
  readonly DelayUntil: number;
}

type Indexed = keyof Indexes;

export function kvFromStored(record: StoredValue): StoredKv {
  return record as unknown as StoredKv;
}

export function lockFromStored(record: StoredValue): StoredLock {
  return record as unknown as StoredLock;
}

// The tables with very many rows: each record is written out member by member, so that all rows of a table have one hidden class, wherever
// they come from. Copied with `...` from a decoded body every one has its own, which takes three times the memory of the record.

type Unindexed<T> = Omit<T, keyof Indexes>;

/** A node that was renamed keeps the CreateIndex it had under its old name: it is stored with the record. */
type StoredNode = Unindexed<NodeRecord> & { readonly CreateIndex?: number };

export function nodeFromStored(record: StoredValue, { created, revision }: Revisions, parts: SharedParts): NodeRecord {
  const { ID, Node, Address, Datacenter, TaggedAddresses, Meta, CreateIndex = created } = record as unknown as StoredNode;
  return {
    ID,
    Node,
    Address,
    Datacenter: parts.text(Datacenter),
    TaggedAddresses: TaggedAddresses && parts.object(TaggedAddresses),
    Meta: Meta && parts.object(Meta),
    CreateIndex,
    ModifyIndex: revision,
  };
}

export function nodeToStored({ ID, Node, Address, Datacenter, TaggedAddresses, Meta }: Unindexed<NodeRecord>): StoredValue {
  return { ID, Node, Address, Datacenter, TaggedAddresses, Meta };
}

export function serviceFromStored(record: StoredValue, { created, revision }: Revisions, parts: SharedParts): ServiceRecord {
  const service = record as unknown as Unindexed<ServiceRecord>;
  const { TaggedAddresses, Meta } = service;
  return {
    Node: service.Node,
    Kind: service.Kind,
    ID: service.ID,
    Service: parts.text(service.Service),
    Tags: parts.list(service.Tags),
    Address: service.Address,
    TaggedAddresses,
    Meta: Meta && parts.object(Meta),
    Port: service.Port,
    SocketPath: service.SocketPath,
    Weights: parts.object(service.Weights),
    EnableTagOverride: service.EnableTagOverride,
    Proxy: parts.object(service.Proxy),
    Connect: parts.object(service.Connect),
    CreateIndex: created,
    ModifyIndex: revision,
  };
}

export function serviceToStored(service: Unindexed<ServiceRecord>): StoredValue {
  const { Node, Kind, ID, Service, Tags, Address, TaggedAddresses, Meta, Port, SocketPath, Weights, EnableTagOverride } = service;
  return {
    Node,
    Kind,
    ID,
    Service,
    Tags,
    Address,
    TaggedAddresses,
    Meta,
    Port,
    SocketPath,
    Weights,
    EnableTagOverride,
    Proxy: service.Proxy,
    Connect: service.Connect,
  };
}

export function checkFromStored(record: StoredValue, { created, revision }: Revisions, parts: SharedParts): CheckRecord {
  const check = record as unknown as Unindexed<CheckRecord>;
  return {
    Node: check.Node,
    CheckID: check.CheckID,
    Name: parts.text(check.Name),
    Status: parts.text(check.Status),
    Notes: parts.text(check.Notes),
    Output: parts.text(check.Output),
    ServiceID: check.ServiceID,
    ServiceName: parts.text(check.ServiceName),
    ServiceTags: parts.list(check.ServiceTags),
    Type: parts.text(check.Type),
    Interval: parts.text(check.Interval),
    Timeout: parts.text(check.Timeout),
    ExposedPort: check.ExposedPort,
    Definition: parts.object(check.Definition),
    CreateIndex: created,
    ModifyIndex: revision,
  };
}

export function checkToStored(check: Unindexed<CheckRecord>): StoredValue {
  const { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName, ServiceTags, Type, Interval, Timeout, ExposedPort } = check;
  const { Definition } = check;
  return {
    Node,
    CheckID,
    Name,
    Status,
    Notes,
    Output,
    ServiceID,
    ServiceName,
    ServiceTags,
    Type,
    Interval,
    Timeout,
    ExposedPort,
    Definition,
  };
}

export function sessionFromStored(record: StoredValue, { created, revision }: Revisions): SessionRecord {
  return { ...(record as unknown as Omit<SessionRecord, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function preparedQueryFromStored(record: StoredValue, { created, revision }: Revisions): PreparedQuery {
  return { ...(record as unknown as Omit<PreparedQuery, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function coordinateFromStored(record: StoredValue): CoordinateRecord {
  return record as unknown as CoordinateRecord;
}

export function configEntryFromStored(record: StoredValue, { created, revision }: Revisions): ConfigEntry {
  return { ...record, CreateIndex: created, ModifyIndex: revision } as unknown as ConfigEntry;
}

/** Keys of the tables `kv` and `locks` are byte strings already. */
export function kvKeyFromStored(key: string): KvKey {
  return key as KvKey;
}

/** Names match without regard to case: this is how they are compared and how they stand in keys. */
export function asMatched(name: string): string {
  return name.toLowerCase();
}

/** The key of a service or check: of node and id. */
export function pairKey(node: string, id: string): string {
  return `${asMatched(node)}\0${asMatched(id)}`;
}

/** "n1\0web" -> ["n1", "web"]. */
export function splitPairKey(key: string): readonly [node: string, id: string] {
  const at = key.indexOf('\0');
  return [key.slice(0, at), key.slice(at + 1)];
}
