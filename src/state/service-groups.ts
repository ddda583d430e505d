/**
 * Instances by name: of the services themselves, and once more of the connect-capable instances by the service they stand for. A group
 * knows the newest change of anything its health view shows, which is what a read of one service answers as its index.
 */
import { SortedMap } from '../lib/sorted-map.js';
import type { HealthEntry, ServiceInstance, ServiceSummary } from '../model/catalog-answers.js';
import type { InstanceRow } from './node-row.js';
import { asMatched } from './stored.js';

export class ServiceGroup {
  /** As matched. */
  readonly name: string;
  index = 0;
  private readonly rows = new SortedMap<InstanceRow>((row) => row.key);
  /** Counted, so that the tags of a service with thousands of instances need no visit to them all. */
  private readonly tagCounts = new Map<string, number>();
  private kept: ServiceSummary | undefined;
  /** Instances that are part of the mesh: proxies and gateways. */
  private special = 0;
  private wasPlain = true;

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.rows.size;
  }

  /** No instance is a proxy or a gateway. */
  get isPlain(): boolean {
    return this.special === 0;
  }

  put(row: InstanceRow): void {
    this.rows.set(row);
    if (row.record.Kind !== '') this.special++;
    for (const tag of row.record.Tags) this.tagCounts.set(tag, (this.tagCounts.get(tag) ?? 0) + 1);
  }

  remove(row: InstanceRow): void {
    if (!this.rows.delete(row.key)) return;
    if (row.record.Kind !== '') this.special--;
    for (const tag of row.record.Tags) {
      const left = (this.tagCounts.get(tag) ?? 0) - 1;
      if (left > 0) this.tagCounts.set(tag, left);
      else this.tagCounts.delete(tag);
    }
  }

  instances(): Iterable<InstanceRow> {
    return this.rows.below('');
  }

  asInstances(): readonly ServiceInstance[] {
    return Array.from(this.rows.below(''), (row) => row.asInstance());
  }

  asHealth(): readonly HealthEntry[] {
    return Array.from(this.rows.below(''), (row) => row.asHealth());
  }

  /** Distinct tags of all instances, sorted; the name as its first instance spells it. The same object until one of them changes. */
  summary(): ServiceSummary {
    this.kept ??= this.summarise();
    return this.kept;
  }

  /** @returns whether the summary is another one now */
  refreshSummary(): boolean {
    const before = this.kept;
    const after = this.summarise();
    if (before && before.Service === after.Service && sameList(before.Tags, after.Tags)) return false;
    this.kept = after;
    return true;
  }

  /** @returns whether it has become plain, or ceased to be */
  refreshPlain(): boolean {
    const before = this.wasPlain;
    this.wasPlain = this.isPlain;
    return before !== this.wasPlain;
  }

  private summarise(): ServiceSummary {
    const [first] = this.rows.below('');
    return Object.freeze({ Service: first?.record.Service ?? this.name, Tags: Object.freeze([...this.tagCounts.keys()].sort()) });
  }
}

export class ServiceGroups {
  private readonly groups = new SortedMap<ServiceGroup>((group) => group.name);

  get size(): number {
    return this.groups.size;
  }

  /** @param name as matched */
  get(name: string): ServiceGroup | undefined {
    return this.groups.get(name);
  }

  /** By name. */
  all(): Iterable<ServiceGroup> {
    return this.groups.below('');
  }

  replace(name: string, before: InstanceRow, after: InstanceRow): ServiceGroup | undefined {
    const group = this.groups.get(name);
    group?.remove(before);
    group?.put(after);
    return group;
  }

  put(name: string, row: InstanceRow): ServiceGroup {
    let group = this.groups.get(name);
    if (!group) {
      group = new ServiceGroup(name);
      this.groups.set(group);
    }
    group.put(row);
    return group;
  }

  /** @returns the group without the row; it is gone from the groups when that was its last */
  remove(name: string, row: InstanceRow): ServiceGroup | undefined {
    const group = this.groups.get(name);
    group?.remove(row);
    if (group?.size === 0) this.groups.delete(name);
    return group;
  }
}

/** What an instance stands for in connect: a proxy for its destination, a native service for itself; undefined for all others. */
export function connectName(row: InstanceRow): string | undefined {
  const { record } = row;
  if (record.Kind !== 'connect-proxy') return record.Connect.Native === true ? asMatched(record.Service) : undefined;
  const destination = record.Proxy.DestinationServiceName;
  return typeof destination === 'string' ? asMatched(destination) : undefined;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, position) => item === b[position]);
}
