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

/** The checks of one service of a node, and the list made of them when it is asked for. */
interface ServiceChecks {
  readonly byId: Map<string, CheckRecord>;
  list: readonly CheckRecord[] | undefined;
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
  private readonly checksByService = new Map<string, ServiceChecks>();

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
    const own = this.checksByService.get(serviceId);
    if (!own) return none;
    own.list ??= Object.freeze([...own.byId.values()].sort(byCheckId));
    return own.list;
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
    if (before) this.dropFromService(asMatched(before.ServiceID), id);
    if (!check) this.checks.delete(id);
    else {
      this.checks.set(id, check);
      this.addToService(asMatched(check.ServiceID), id, check);
    }
  }

  private addToService(serviceId: string, id: string, check: CheckRecord): void {
    const own = this.checksByService.get(serviceId) ?? { byId: new Map(), list: undefined };
    this.checksByService.set(serviceId, own);
    own.byId.set(id, check);
    own.list = undefined;
  }

  private dropFromService(serviceId: string, id: string): void {
    const own = this.checksByService.get(serviceId);
    if (!own) return;
    own.byId.delete(id);
    own.list = undefined;
    if (own.byId.size === 0) this.checksByService.delete(serviceId);
  }
}

function byCheckId(a: CheckRecord, b: CheckRecord): number {
  return compare(asMatched(a.CheckID), asMatched(b.CheckID));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
