/**
 * A node with all that hangs on it: its services and the checks of both. The joins that reads need are made here once and kept
 * until something in them changes, so that an unchanged instance keeps its objects through any number of reads.
 */
import type { HealthEntry, NodeServices, ServiceInstance } from '../model/query.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../model/records.js';
import { asMatched } from './stored.js';

const none: readonly never[] = Object.freeze([]);

export class InstanceRow {
  readonly node: NodeRow;
  /** Where it stands among the instances of its service: by node name, then service id. */
  readonly key: string;
  readonly record: ServiceRecord;
  private instance: ServiceInstance | undefined;
  private health: HealthEntry | undefined;

  constructor(node: NodeRow, key: string, record: ServiceRecord) {
    this.node = node;
    this.key = key;
    this.record = record;
  }

  get idMatched(): string {
    return asMatched(this.record.ID);
  }

  asInstance(): ServiceInstance {
    this.instance ??= Object.freeze({ Node: this.node.require(), Service: this.record });
    return this.instance;
  }

  /** The node's checks first, then its own. */
  asHealth(): HealthEntry {
    this.health ??= Object.freeze({ Node: this.node.require(), Service: this.record, Checks: this.allChecks() });
    return this.health;
  }

  forgetJoins(): void {
    this.instance = undefined;
    this.health = undefined;
  }

  forgetChecks(): void {
    this.health = undefined;
  }

  private allChecks(): readonly CheckRecord[] {
    const ofNode = this.node.checksOf('');
    const own = this.node.checksOf(this.idMatched);
    if (own.length === 0) return ofNode;
    return ofNode.length === 0 ? own : Object.freeze([...ofNode, ...own]);
  }
}

export class NodeRow {
  /** The name as matched. */
  readonly name: string;
  record: NodeRecord | undefined;
  readonly services = new Map<string, InstanceRow>();
  readonly checks = new Map<string, CheckRecord>();
  /** Newest change of the node or its services, and of its checks. */
  index = 0;
  checksIndex = 0;
  private readonly checksByService = new Map<string, readonly CheckRecord[]>();

  constructor(name: string) {
    this.name = name;
  }

  get isEmpty(): boolean {
    return !this.record && this.services.size === 0 && this.checks.size === 0;
  }

  /** Rows hang on nodes that are there: decisions see to it. */
  require(): NodeRecord {
    if (!this.record) throw new TypeError(`node "${this.name}" has services or checks but no record`);
    return this.record;
  }

  /** Of the service with this id (as matched), '' for the node's own; by check id. */
  checksOf(serviceId: string): readonly CheckRecord[] {
    const known = this.checksByService.get(serviceId);
    if (known) return known;
    const found = [...this.checks.values()].filter((check) => asMatched(check.ServiceID) === serviceId);
    const sorted = found.length === 0 ? none : Object.freeze(found.sort(byCheckId));
    this.checksByService.set(serviceId, sorted);
    return sorted;
  }

  /** By check id. */
  allChecks(): readonly CheckRecord[] {
    return Object.freeze([...this.checks.values()].sort(byCheckId));
  }

  /** By service id. */
  withServices(): NodeServices {
    const rows = [...this.services.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return Object.freeze({ Node: this.require(), Services: Object.freeze(rows.map((row) => row.record)) });
  }

  setCheck(id: string, check: CheckRecord | undefined): void {
    const before = this.checks.get(id);
    if (check) this.checks.set(id, check);
    else this.checks.delete(id);
    for (const changed of [before, check]) if (changed) this.checksByService.delete(asMatched(changed.ServiceID));
  }
}

function byCheckId(a: CheckRecord, b: CheckRecord): number {
  return compare(asMatched(a.CheckID), asMatched(b.CheckID));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
