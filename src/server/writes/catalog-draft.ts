/** Nodes, services and checks as a decision sees them: the view, with its own changes on top. */
import { sameJson } from '../../lib/same-json.js';
import type { CheckRecord, Indexes, NodeRecord, ServiceRecord } from '../../model/records.js';
import type { StateView } from '../../state/state.js';
import { asMatched, checkToStored, nodeToStored, pairKey, serviceToStored } from '../../state/stored.js';
import type { Ledger } from './ledger.js';
import { pendingIndex } from './pending.js';

type Unindexed<T> = Omit<T, keyof Indexes>;
type CatalogTable = 'nodes' | 'services' | 'checks';

export class CatalogDraft {
  private readonly own = {
    nodes: new Map<string, NodeRecord | null>(),
    services: new Map<string, ServiceRecord | null>(),
    checks: new Map<string, CheckRecord | null>(),
  };
  private readonly view: StateView;
  private readonly ledger: Ledger;

  constructor(view: StateView, ledger: Ledger) {
    this.view = view;
    this.ledger = ledger;
  }

  node(name: string): NodeRecord | undefined {
    return this.read('nodes', asMatched(name), this.own.nodes, this.view.catalog.node(name)?.record);
  }

  /** By the whole id; nobody else may come to have it meanwhile. */
  nodeById(id: string): NodeRecord | undefined {
    this.ledger.expectBelow('nodes', '', this.view.revision);
    for (const node of this.own.nodes.values()) if (node && asMatched(node.ID) === asMatched(id)) return node;
    const record = this.view.catalog.nodeById(id)?.record;
    if (!record || asMatched(record.ID) !== asMatched(id) || this.own.nodes.has(asMatched(record.Node))) return undefined;
    return this.node(record.Node);
  }

  service(node: string, id: string): ServiceRecord | undefined {
    return this.read('services', pairKey(node, id), this.own.services, this.view.catalog.instance(node, id)?.record);
  }

  check(node: string, id: string): CheckRecord | undefined {
    return this.read('checks', pairKey(node, id), this.own.checks, this.view.catalog.check(node, id));
  }

  servicesOf(node: string): ServiceRecord[] {
    this.ledger.expectBelow('services', `${asMatched(node)}\0`, this.view.revision);
    const rows = this.view.catalog.node(node)?.services ?? [];
    const keyOf = (service: ServiceRecord) => pairKey(service.Node, service.ID);
    return merged(
      rows.map((row) => row.record),
      this.own.services,
      keyOf,
      node,
    );
  }

  checksOf(node: string): CheckRecord[] {
    this.ledger.expectBelow('checks', `${asMatched(node)}\0`, this.view.revision);
    const rows = this.view.catalog.node(node)?.checks ?? [];
    const keyOf = (check: CheckRecord) => pairKey(check.Node, check.CheckID);
    return merged(
      rows.map((row) => row.record),
      this.own.checks,
      keyOf,
      node,
    );
  }

  checksOfService(node: string, id: string): CheckRecord[] {
    this.ledger.expectNoneNewBelow('checks', `${asMatched(node)}\0`, this.view.revision);
    const wanted = asMatched(id);
    const kept = (this.view.catalog.node(node)?.checksOf(wanted) ?? []).filter(
      (check) => !this.own.checks.has(pairKey(node, check.CheckID)),
    );
    for (const check of this.own.checks.values()) {
      if (check && asMatched(check.Node) === asMatched(node) && asMatched(check.ServiceID) === wanted) kept.push(check);
    }
    return kept;
  }

  /** The same again changes nothing; that holds for all three. @param created the CreateIndex to keep, of a node that gets another name */
  putNode(node: Unindexed<NodeRecord>, created?: number): NodeRecord {
    const key = asMatched(node.Node);
    const before = this.node(node.Node);
    if (before && sameContent(before, node)) return before;
    // Storage does not know that a node was renamed: a CreateIndex once it is known is stored with the record.
    const known = created ?? before?.CreateIndex ?? pendingIndex;
    this.ledger.put('nodes', key, known === pendingIndex ? nodeToStored(node) : { ...nodeToStored(node), CreateIndex: known });
    const kept = { ...node, CreateIndex: known, ModifyIndex: pendingIndex };
    this.own.nodes.set(key, kept);
    return kept;
  }

  putService(service: Unindexed<ServiceRecord>): ServiceRecord {
    const key = pairKey(service.Node, service.ID);
    const before = this.service(service.Node, service.ID);
    if (before && sameContent(before, service)) return before;
    this.ledger.put('services', key, serviceToStored(service));
    const kept = { ...service, CreateIndex: before?.CreateIndex ?? pendingIndex, ModifyIndex: pendingIndex };
    this.own.services.set(key, kept);
    return kept;
  }

  putCheck(check: Unindexed<CheckRecord>): CheckRecord {
    const key = pairKey(check.Node, check.CheckID);
    const before = this.check(check.Node, check.CheckID);
    if (before && sameContent(before, check)) return before;
    this.ledger.put('checks', key, checkToStored(check));
    const kept = { ...check, CreateIndex: before?.CreateIndex ?? pendingIndex, ModifyIndex: pendingIndex };
    this.own.checks.set(key, kept);
    return kept;
  }

  deleteNode(name: string): void {
    this.drop('nodes', asMatched(name), this.own.nodes);
  }

  deleteService(node: string, id: string): void {
    this.drop('services', pairKey(node, id), this.own.services);
  }

  deleteCheck(node: string, id: string): void {
    this.drop('checks', pairKey(node, id), this.own.checks);
  }

  private read<T extends Indexes>(
    table: CatalogTable,
    key: string,
    own: ReadonlyMap<string, T | null>,
    stored: T | undefined,
  ): T | undefined {
    const changed = own.get(key);
    if (changed !== undefined) return changed ?? undefined;
    this.ledger.expect(table, key, stored?.ModifyIndex ?? 0);
    return stored;
  }

  private drop<T>(table: CatalogTable, key: string, own: Map<string, T | null>): void {
    this.ledger.delete(table, key);
    own.set(key, null);
  }
}

function merged<T>(stored: readonly T[], own: ReadonlyMap<string, T | null>, keyOf: (record: T) => string, node: string): T[] {
  const kept = stored.filter((record) => !own.has(keyOf(record)));
  const prefix = `${asMatched(node)}\0`;
  for (const [key, record] of own) if (record && key.startsWith(prefix)) kept.push(record);
  return kept;
}

function sameContent(before: object & Indexes, after: object): boolean {
  const { CreateIndex, ModifyIndex, ...content } = before;
  return sameJson(content, after);
}
