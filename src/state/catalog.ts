/**
 * Nodes, services and checks, with the indexes their reads need and the rules of what a change counts for:
 *
 * - the index of a service moves with its instances, their checks, and its nodes and their checks, not with other services of the node;
 * - `nodes`, `services` and `checks` are the newest change of any row of the table;
 * - `lostService` is when a service last lost its last instance: the index of every service that is not there.
 *
 * Rows may arrive in any order within a revision (and within the load); joins are made when they are read.
 */
import { SortedMap } from '../lib/sorted-map.js';
import type { CheckRecord, NodeRecord } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import { AddressIndex } from './addresses.js';
import { CheckSets } from './check-sets.js';
import { type CheckRow, InstanceRow, NodeRow } from './node-row.js';
import { connectName, type ServiceGroup, ServiceGroups } from './service-groups.js';
import { SharedParts } from './shared-parts.js';
import { asMatched, checkFromStored, nodeFromStored, type Revisions, serviceFromStored, splitPairKey } from './stored.js';
import type { Watches } from './watches.js';

export interface CatalogIndexes {
  readonly nodes: number;
  readonly services: number;
  readonly checks: number;
  /** Newest change of which services there are or of their tags. */
  readonly serviceNames: number;
  /** Newest change of those or of which services are no part of the mesh itself. */
  readonly serviceKinds: number;
  /** 0 when it never happened. */
  readonly lostService: number;
}

export interface CatalogView {
  readonly indexes: CatalogIndexes;
  /** @param name in any case */
  node(name: string): NodeRow | undefined;
  /** By id, or by the start of an id that no other has. */
  nodeById(idOrPrefix: string): NodeRow | undefined;
  /** In order of their names. */
  nodes(): Iterable<NodeRow>;
  service(name: string): ServiceGroup | undefined;
  connect(name: string): ServiceGroup | undefined;
  services(): Iterable<ServiceGroup>;
  instance(node: string, id: string): InstanceRow | undefined;
  check(node: string, id: string): CheckRecord | undefined;
  readonly checksByState: CheckSets;
  readonly checksByService: CheckSets;
  readonly addresses: AddressIndex;
}

/** The state that holds every check. */
export const anyState = 'any';

export class Catalog implements CatalogView {
  readonly indexes = { nodes: 0, services: 0, checks: 0, serviceNames: 0, serviceKinds: 0, lostService: 0 };
  readonly checksByState = new CheckSets();
  readonly checksByService = new CheckSets();
  readonly addresses = new AddressIndex();
  private readonly rows = new SortedMap<NodeRow>((row) => row.name);
  private readonly byId = new SortedMap<{ readonly id: string; readonly row: NodeRow }>((entry) => entry.id);
  private readonly byName = new ServiceGroups();
  private readonly byConnect = new ServiceGroups();
  private readonly parts = new SharedParts();
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  node(name: string): NodeRow | undefined {
    const row = this.rows.get(asMatched(name));
    return row?.record ? row : undefined;
  }

  nodeById(idOrPrefix: string): NodeRow | undefined {
    const wanted = asMatched(idOrPrefix);
    const exact = this.byId.get(wanted);
    if (exact) return exact.row;
    const [first, second] = wanted.length < 2 ? [] : takeTwo(this.byId.below(wanted));
    return second ? undefined : first?.row;
  }

  *nodes(): Generator<NodeRow> {
    for (const row of this.rows.below('')) if (row.record) yield row;
  }

  service(name: string): ServiceGroup | undefined {
    return this.byName.get(asMatched(name));
  }

  connect(name: string): ServiceGroup | undefined {
    return this.byConnect.get(asMatched(name));
  }

  services(): Iterable<ServiceGroup> {
    return this.byName.all();
  }

  instance(node: string, id: string): InstanceRow | undefined {
    return this.rows.get(asMatched(node))?.service(asMatched(id));
  }

  check(node: string, id: string): CheckRecord | undefined {
    return this.rows.get(asMatched(node))?.check(asMatched(id))?.record;
  }

  putNode(key: string, record: StoredValue, revisions: Revisions): void {
    const row = this.rowFor(key);
    this.setNode(row, nodeFromStored(record, revisions, this.parts), revisions.revision);
  }

  deleteNode(key: string, revision: number): void {
    const row = this.rows.get(key);
    if (row) this.setNode(row, undefined, revision);
  }

  putService(key: string, record: StoredValue, revisions: Revisions): void {
    const service = serviceFromStored(record, revisions, this.parts);
    const node = this.rowFor(asMatched(service.Node));
    const after = new InstanceRow(node, key, service);
    const before = node.service(after.idMatched);
    node.putService(after);
    this.replaceInstance(before, after, revisions.revision);
  }

  deleteService(key: string, revision: number): void {
    const [nodeName, id] = splitPairKey(key);
    const node = this.rows.get(nodeName);
    const before = node?.service(id);
    if (!node || !before) return;
    node.deleteService(id);
    this.replaceInstance(before, undefined, revision);
    this.dropIfEmpty(node);
  }

  putCheck(key: string, record: StoredValue, revisions: Revisions): void {
    const check = checkFromStored(record, revisions, this.parts);
    const node = this.rowFor(asMatched(check.Node));
    const before = node.check(asMatched(check.CheckID));
    const after = { key, record: check };
    node.putCheck(after);
    this.replaceCheck(node, before, after, revisions.revision);
  }

  deleteCheck(key: string, revision: number): void {
    const [nodeName, id] = splitPairKey(key);
    const node = this.rows.get(nodeName);
    const before = node?.check(id);
    if (!node || !before) return;
    node.deleteCheck(id);
    this.replaceCheck(node, before, undefined, revision);
    this.dropIfEmpty(node);
  }

  /** Every row of a table below a prefix of its keys. */
  keysBelow(table: 'nodes' | 'services' | 'checks', prefix: string): string[] {
    const keys: string[] = [];
    for (const row of this.rows.below('')) {
      if (table === 'nodes') keys.push(row.name);
      else for (const { key } of row[table]) keys.push(key);
    }
    return keys.filter((key) => key.startsWith(prefix));
  }

  /** Services have changed, although none of them shows it: the index moves, and nobody has news to wake for. */
  noteServices(revision: number): void {
    this.indexes.services = revision;
  }

  /** After the load: what was deleted before it is not known, so nothing may answer less than the newest revision. */
  raiseFloor(revision: number): void {
    Object.assign(this.indexes, { nodes: revision, services: revision, checks: revision });
    Object.assign(this.indexes, { serviceNames: revision, serviceKinds: revision, lostService: revision });
    for (const row of this.rows.below('')) {
      row.index = revision;
      row.checksIndex = revision;
    }
    for (const group of [...this.byName.all(), ...this.byConnect.all()]) group.index = revision;
  }

  private rowFor(name: string): NodeRow {
    const present = this.rows.get(name);
    if (present) return present;
    const created = new NodeRow(name);
    this.rows.set(created);
    return created;
  }

  private setNode(row: NodeRow, record: NodeRecord | undefined, revision: number): void {
    const before = row.record;
    if (before?.ID) this.byId.delete(asMatched(before.ID));
    if (record?.ID) this.byId.set({ id: asMatched(record.ID), row });
    if (before) this.addresses.removeNode(before.Address, row);
    if (record) this.addresses.addNode(record.Address, row);
    row.record = record;
    row.index = revision;
    this.indexes.nodes = revision;
    this.watches.markTable('nodes');
    this.watches.mark('node', row.name);
    for (const instance of row.services) {
      instance.forgetJoins();
      this.touchService(instance, revision);
    }
    this.dropIfEmpty(row);
  }

  private replaceInstance(before: InstanceRow | undefined, after: InstanceRow | undefined, revision: number): void {
    const node = (after ?? before)?.node;
    if (!node) return;
    if (before) this.addresses.removeService(before.record.Address, before);
    if (after) this.addresses.addService(after.record.Address, after);
    node.index = revision;
    this.indexes.services = revision;
    this.watches.markTable('services');
    this.watches.mark('node', node.name);
    this.regroup(this.byName, [nameOf(before), nameOf(after)], { before, after }, revision);
    this.regroup(this.byConnect, [before && connectName(before), after && connectName(after)], { before, after }, revision);
  }

  private regroup(
    groups: ServiceGroups,
    [nameBefore, nameAfter]: readonly [string | undefined, string | undefined],
    { before, after }: { readonly before: InstanceRow | undefined; readonly after: InstanceRow | undefined },
    revision: number,
  ): void {
    const kind = groups === this.byName ? 'service' : 'connect';
    const stays = before && after && nameBefore !== undefined && nameBefore === nameAfter;
    const touched = stays ? [groups.replace(nameBefore, before, after)] : [];
    const left = !stays && before && nameBefore !== undefined ? groups.remove(nameBefore, before) : undefined;
    if (!stays && after && nameAfter !== undefined) touched.push(groups.put(nameAfter, after));
    for (const group of [left, ...touched]) {
      if (!group) continue;
      group.index = revision;
      this.watches.mark(kind, group.name);
      if (kind === 'connect') continue;
      if (group.refreshSummary() || group.size === 0) this.touchNames(revision);
      if (group.refreshPlain()) this.touchKinds(revision);
    }
    if (kind === 'service' && left?.size === 0) this.indexes.lostService = revision;
  }

  private replaceCheck(node: NodeRow, before: CheckRow | undefined, after: CheckRow | undefined, revision: number): void {
    const [was, is] = [before?.record, after?.record];
    node.checksIndex = revision;
    this.indexes.checks = revision;
    const rows = { ...(before && { before }), ...(after && { after }) };
    this.checksByState.move(was && anyState, is && anyState, rows, revision);
    this.checksByState.move(was && asMatched(was.Status), is && asMatched(is.Status), rows, revision);
    this.checksByService.move(was && asMatched(was.ServiceName), is && asMatched(is.ServiceName), rows, revision);
    this.watches.mark('node-checks', node.name);
    this.watches.mark('state', anyState);
    for (const check of [was, is]) {
      if (!check) continue;
      this.watches.mark('state', asMatched(check.Status));
      this.watches.mark('service-checks', asMatched(check.ServiceName));
      this.touchInstancesOf(node, asMatched(check.ServiceID), revision);
    }
  }

  /** @param serviceId as matched; '' for a check of the node itself, which counts for all its services */
  private touchInstancesOf(node: NodeRow, serviceId: string, revision: number): void {
    const one = node.service(serviceId);
    const touched = serviceId === '' ? node.services : one ? [one] : [];
    for (const instance of touched) {
      instance.forgetChecks();
      this.touchService(instance, revision);
    }
  }

  private touchService(instance: InstanceRow, revision: number): void {
    const name = asMatched(instance.record.Service);
    const group = this.byName.get(name);
    if (group) group.index = revision;
    this.watches.mark('service', name);
    const standsFor = connectName(instance);
    if (standsFor === undefined) return;
    const connect = this.byConnect.get(standsFor);
    if (connect) connect.index = revision;
    this.watches.mark('connect', standsFor);
  }

  private touchNames(revision: number): void {
    this.indexes.serviceNames = revision;
    this.watches.markTable('service-names');
    this.touchKinds(revision);
  }

  private touchKinds(revision: number): void {
    this.indexes.serviceKinds = revision;
    this.watches.markTable('service-kinds');
  }

  private dropIfEmpty(row: NodeRow): void {
    if (row.isEmpty) this.rows.delete(row.name);
  }
}

function nameOf(row: InstanceRow | undefined): string | undefined {
  return row && asMatched(row.record.Service);
}

function takeTwo<T>(items: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === 2) break;
  }
  return taken;
}
