/** Reads what the catalog holds of this node and marks what differs; the push that follows puts it right. */
import type { Logger } from '../lib/log.js';
import { sameJson } from '../lib/same-json.js';
import type { Backend, QueryOptions } from '../model/backend.js';
import type { NodeInput } from '../model/inputs.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../model/records.js';
import type { LocalState } from './local-state.js';

/** Registered by the leader, not by agents. */
const serverServiceId = 'consul';
const serfHealthId = 'serfHealth';

export interface CompareSettings {
  readonly state: LocalState;
  readonly backend: Backend;
  readonly node: () => NodeInput;
  readonly token: () => string;
  readonly log: Logger;
}

/**
 * @returns whether the catalog has what a leader registers for the node of a server
 * @throws MeshError when the catalog cannot be read
 */
export async function compareWithCatalog({ state, backend, node, token, log }: CompareSettings, signal: AbortSignal): Promise<boolean> {
  const options: QueryOptions = { token: token(), datacenter: '', minIndex: 0, waitMs: 0, consistency: 'default', signal };
  const own = node();
  const [services, checks] = await Promise.all([
    backend.query({ kind: 'catalog.node', node: own.Node, filter: '' }, options),
    backend.query({ kind: 'health.node', node: own.Node, filter: '' }, options),
  ]);
  state.nodeInSync = services.value !== null && isSameNode(services.value.Node, own);
  if (state.nodeInSync) log.log('debug', 'Node info in sync');
  compareServices(state, services.value?.Services ?? []);
  compareChecks(state, checks.value);
  const hasService = services.value?.Services.some(({ ID }) => ID === serverServiceId) ?? false;
  return hasService && checks.value.some(({ CheckID }) => CheckID === serfHealthId);
}

function isSameNode(remote: NodeRecord, { ID, Address, Datacenter, TaggedAddresses, Meta }: NodeInput): boolean {
  return (
    remote.ID === ID &&
    remote.Address === Address &&
    remote.Datacenter === Datacenter &&
    sameJson(remote.TaggedAddresses ?? {}, TaggedAddresses ?? {}) &&
    sameJson(remote.Meta ?? {}, Meta ?? {})
  );
}

function compareServices(state: LocalState, remotes: readonly ServiceRecord[]): void {
  const missing = new Set(state.serviceRecords.keys());
  for (const remote of remotes) {
    missing.delete(remote.ID);
    const local = state.service(remote.ID);
    if (local === undefined) {
      if (remote.ID !== serverServiceId && !state.removedServices.has(remote.ID)) state.removedServices.set(remote.ID, { token: '' });
      continue;
    }
    // `enable_tag_override`: others may change the tags in the catalog, and then they are ours too.
    const tags = local.record.EnableTagOverride ? remote.Tags : local.record.Tags;
    if (!sameJson(tags, local.record.Tags)) state.putTags(remote.ID, tags);
    const record = state.serviceRecords.get(remote.ID) ?? local.record;
    if (isSameRecord(remote, record)) state.serviceSynced(record);
    else state.unsyncedServices.add(remote.ID);
  }
  for (const id of missing) state.unsyncedServices.add(id);
}

function compareChecks(state: LocalState, remotes: readonly CheckRecord[]): void {
  const missing = new Set(state.checkRecords.keys());
  for (const remote of remotes) {
    missing.delete(remote.CheckID);
    const local = state.checkRecords.get(remote.CheckID);
    if (local === undefined) {
      if (remote.CheckID !== serfHealthId && !state.removedChecks.has(remote.CheckID)) {
        state.removedChecks.set(remote.CheckID, { token: '', serviceId: remote.ServiceID });
      }
      continue;
    }
    // An output whose time has not come yet (`check_update_interval`) may differ.
    const wanted = state.deferredOutputs.has(remote.CheckID) ? { ...local, Output: remote.Output } : local;
    if (isSameRecord(remote, wanted)) state.checkSynced(local);
    else state.unsyncedChecks.add(remote.CheckID);
  }
  for (const id of missing) state.unsyncedChecks.add(id);
}

/** Apart from the indexes, which are the catalog's, and from names of nodes, which match without regard to case. */
function isSameRecord<T extends ServiceRecord | CheckRecord>(remote: T, local: T): boolean {
  return sameJson(normalised(remote), normalised(local));
}

function normalised({ CreateIndex: _created, ModifyIndex: _modified, Node: _node, ...rest }: ServiceRecord | CheckRecord): object {
  return 'Meta' in rest ? { ...rest, Meta: rest.Meta ?? {}, TaggedAddresses: rest.TaggedAddresses ?? {} } : rest;
}
