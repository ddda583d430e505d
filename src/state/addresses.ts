/** Nodes and instances by their IP address, for the names of addresses in DNS. */
import type { InstanceRow, NodeRow } from './node-row.js';

export class AddressIndex {
  private readonly nodesBy = new Map<string, Set<NodeRow>>();
  private readonly servicesBy = new Map<string, Map<string, InstanceRow>>();

  /** In order of their names. */
  nodes(address: string): readonly NodeRow[] {
    return [...(this.nodesBy.get(address) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** In order of node and service id. */
  services(address: string): readonly InstanceRow[] {
    return [...(this.servicesBy.get(address)?.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  addNode(address: string, row: NodeRow): void {
    if (address === '') return;
    const rows = this.nodesBy.get(address);
    if (rows) rows.add(row);
    else this.nodesBy.set(address, new Set([row]));
  }

  removeNode(address: string, row: NodeRow): void {
    const rows = this.nodesBy.get(address);
    if (rows?.delete(row) && rows.size === 0) this.nodesBy.delete(address);
  }

  addService(address: string, row: InstanceRow): void {
    if (address === '') return;
    const rows = this.servicesBy.get(address);
    if (rows) rows.set(row.key, row);
    else this.servicesBy.set(address, new Map([[row.key, row]]));
  }

  removeService(address: string, row: InstanceRow): void {
    const rows = this.servicesBy.get(address);
    if (rows?.delete(row.key) && rows.size === 0) this.servicesBy.delete(address);
  }
}
