/**
 * A node with all that hangs on it: its services and the checks of both. The joins that reads need are made here once and kept
 * until something in them changes, so that an unchanged instance keeps its objects through any number of reads.
 */
import { allIn, compareTexts, findIn, type Order, withItem, withoutItem } from '../lib/sorted-list.js';
import type { HealthEntry, NodeServices, ServiceInstance } from '../model/catalog-answers.js';
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

/** A check as the tables hold it. */
export interface CheckRow {
  /** Of node and check id, as in storage. */
  readonly key: string;
  readonly record: CheckRecord;
}

export class NodeRow {
  /** The name as matched. */
  readonly name: string;
  record: NodeRecord | undefined;
  /** Newest change of the node or its services, and of its checks. */
  index = 0;
  checksIndex = 0;
  /** By id as matched. */
  private instances: InstanceRow[] = [];
  /** The same rows twice: by check id, and by service id and check id, all as matched. */
  private checksById: CheckRow[] = [];
  private checksByService: CheckRow[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get isEmpty(): boolean {
    return !this.record && this.instances.length === 0 && this.checksById.length === 0;
  }

  /** Rows hang on nodes that are there: decisions see to it. */
  require(): NodeRecord {
    if (!this.record) throw new TypeError(`node "${this.name}" has services or checks but no record`);
    return this.record;
  }

  /** In order of their ids. */
  get services(): readonly InstanceRow[] {
    return this.instances;
  }

  /** In order of their ids. */
  get checks(): readonly CheckRow[] {
    return this.checksById;
  }

  /** @param id as matched */
  service(id: string): InstanceRow | undefined {
    return findIn(this.instances, ofId(id));
  }

  /** @param id as matched */
  check(id: string): CheckRow | undefined {
    return findIn(this.checksById, ofCheckId(id));
  }

  /** Of the service with this id (as matched), '' for the node's own; by check id. */
  checksOf(serviceId: string): readonly CheckRecord[] {
    const rows = allIn(this.checksByService, ({ record }) => compareTexts(asMatched(record.ServiceID), serviceId));
    return rows.length === 0 ? none : Object.freeze(rows.map(recordOf));
  }

  /** By check id. */
  allChecks(): readonly CheckRecord[] {
    return Object.freeze(this.checksById.map(recordOf));
  }

  /** By service id. */
  withServices(): NodeServices {
    return Object.freeze({ Node: this.require(), Services: Object.freeze(this.instances.map((row) => row.record)) });
  }

  putService(row: InstanceRow): void {
    this.instances = withItem(this.instances, row, ofId(row.idMatched));
  }

  deleteService(id: string): void {
    this.instances = withoutItem(this.instances, ofId(id));
  }

  putCheck(row: CheckRow): void {
    const id = asMatched(row.record.CheckID);
    this.dropFromServices(id);
    this.checksById = withItem(this.checksById, row, ofCheckId(id));
    this.checksByService = withItem(this.checksByService, row, ofServiceAndId(asMatched(row.record.ServiceID), id));
  }

  deleteCheck(id: string): void {
    this.dropFromServices(id);
    this.checksById = withoutItem(this.checksById, ofCheckId(id));
  }

  private dropFromServices(id: string): void {
    const before = this.check(id);
    if (before) this.checksByService = withoutItem(this.checksByService, ofServiceAndId(asMatched(before.record.ServiceID), id));
  }
}

function recordOf({ record }: CheckRow): CheckRecord {
  return record;
}

function ofId(id: string): Order<InstanceRow> {
  return (row) => compareTexts(row.idMatched, id);
}

function ofCheckId(id: string): Order<CheckRow> {
  return ({ record }) => compareTexts(asMatched(record.CheckID), id);
}

function ofServiceAndId(serviceId: string, id: string): Order<CheckRow> {
  return ({ record }) => compareTexts(asMatched(record.ServiceID), serviceId) || compareTexts(asMatched(record.CheckID), id);
}
