/**
 * What this node runs, in memory, and for each entry whether the catalog has it as it is here. Synchronous and whole: a change is seen
 * completely or not at all, and `onChange` is called after it. Talks to nobody; sync.ts carries the changes to the catalog.
 */
import { sameJson } from '../lib/same-json.js';
import type { CheckDefinition, DefinitionSource, ServiceDefinition } from '../model/definitions.js';
import type { CheckRecord, ServiceRecord } from '../model/records.js';

export interface LocalService {
  readonly record: ServiceRecord;
  readonly definition: ServiceDefinition;
  readonly source: DefinitionSource;
  readonly token: string;
  /** The service this one is the sidecar of, '' for none. */
  readonly sidecarOf: string;
}

export interface LocalCheck {
  readonly record: CheckRecord;
  /** null for maintenance, which is not run. */
  readonly definition: CheckDefinition | null;
  readonly source: DefinitionSource;
  readonly token: string;
  /** It came inside the definition of its service. */
  readonly isInside: boolean;
}

export interface Removed {
  /** To remove it with; '' for the agent's own. */
  readonly token: string;
}

/** Something in the way of a change: `status` also covers the coming and going of services and checks. */
export type LocalChange = 'status' | 'output';

export class LocalState {
  private readonly servicesById = new Map<string, LocalService>();
  private readonly checksById = new Map<string, LocalCheck>();
  /** Ids of checks by the id of their service, '' for the node's own. */
  private readonly checkIdsByService = new Map<string, Set<string>>();
  /** Ids of sidecars by the id of the service they stand beside. */
  private readonly sidecarIds = new Map<string, Set<string>>();
  readonly serviceRecords = new Map<string, ServiceRecord>();
  readonly checkRecords = new Map<string, CheckRecord>();
  /** Ids of what the catalog does not have as it is here. */
  readonly unsyncedServices = new Set<string>();
  readonly unsyncedChecks = new Set<string>();
  /** Gone here, not yet gone from the catalog. */
  readonly removedServices = new Map<string, Removed>();
  readonly removedChecks = new Map<string, Removed & { readonly serviceId: string }>();
  /** Ids of checks whose newest output waits for its time (`check_update_interval`). */
  readonly deferredOutputs = new Set<string>();
  nodeInSync = false;
  private readonly listeners = new Set<(change: LocalChange) => void>();

  service(id: string): LocalService | undefined {
    return this.servicesById.get(id);
  }

  check(id: string): LocalCheck | undefined {
    return this.checksById.get(id);
  }

  services(): readonly LocalService[] {
    return [...this.servicesById.values()];
  }

  checks(): readonly LocalCheck[] {
    return [...this.checksById.values()];
  }

  /** In order of registration; '' is the node itself. */
  checksOfService(serviceId: string): readonly LocalCheck[] {
    return [...(this.checkIdsByService.get(serviceId) ?? [])].flatMap((id) => this.checksById.get(id) ?? []);
  }

  sidecarsOf(serviceId: string): readonly LocalService[] {
    return [...(this.sidecarIds.get(serviceId) ?? [])].flatMap((id) => this.servicesById.get(id) ?? []);
  }

  onChange(listener: (change: LocalChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  putService(service: LocalService): void {
    const { ID } = service.record;
    const known = this.servicesById.get(ID);
    const record = known !== undefined && sameJson(known.record, service.record) ? known.record : service.record;
    if (known !== undefined) unlink(this.sidecarIds, known.sidecarOf, ID);
    if (service.sidecarOf !== '') link(this.sidecarIds, service.sidecarOf, ID);
    this.servicesById.set(ID, { ...service, record });
    this.serviceRecords.set(ID, record);
    this.removedServices.delete(ID);
    if (record === known?.record) return;
    this.unsyncedServices.add(ID);
    this.changed('status');
  }

  /** Of a service that is there; its checks carry them too. */
  putTags(id: string, tags: readonly string[]): void {
    const known = this.servicesById.get(id);
    if (known === undefined) return;
    this.putService({ ...known, record: Object.freeze({ ...known.record, Tags: tags }) });
    this.renameChecks(id);
  }

  /** Checks carry name and tags of their service; to be called when those have changed. */
  renameChecks(serviceId: string): void {
    const service = this.serviceRecords.get(serviceId);
    if (service === undefined) return;
    for (const local of this.checksOfService(serviceId)) {
      const record = { ...local.record, ServiceName: service.Service, ServiceTags: service.Tags };
      this.putCheck({ ...local, record: Object.freeze(record) });
    }
  }

  /** Takes nothing with it: its checks are the caller's to remove, before. `token` '' takes the one it was registered with. */
  removeService(id: string, token: string): void {
    const known = this.servicesById.get(id);
    if (known === undefined) return;
    this.servicesById.delete(id);
    unlink(this.sidecarIds, known.sidecarOf, id);
    this.serviceRecords.delete(id);
    this.unsyncedServices.delete(id);
    this.removedServices.set(id, { token: token || known.token });
    this.changed('status');
  }

  /** `isOutputDeferred`: only the output differs, and the catalog gets that in its own time. */
  putCheck(check: LocalCheck, { isOutputDeferred = false } = {}): void {
    const { CheckID, ServiceID } = check.record;
    const known = this.checksById.get(CheckID);
    const record = known !== undefined && sameJson(known.record, check.record) ? known.record : check.record;
    if (known !== undefined && known.record.ServiceID !== ServiceID) unlink(this.checkIdsByService, known.record.ServiceID, CheckID);
    link(this.checkIdsByService, ServiceID, CheckID);
    this.checksById.set(CheckID, { ...check, record });
    this.checkRecords.set(CheckID, record);
    this.removedChecks.delete(CheckID);
    if (record === known?.record) return;
    if (!isOutputDeferred) this.unsyncedChecks.add(CheckID);
    this.changed(known !== undefined && known.record.Status === record.Status ? 'output' : 'status');
  }

  removeCheck(id: string, token: string): void {
    const known = this.checksById.get(id);
    if (known === undefined) return;
    this.checksById.delete(id);
    this.checkRecords.delete(id);
    unlink(this.checkIdsByService, known.record.ServiceID, id);
    this.unsyncedChecks.delete(id);
    this.removedChecks.set(id, { token: token || known.token, serviceId: known.record.ServiceID });
    this.changed('status');
  }

  /** `record` is what the catalog has now: an entry that has changed meanwhile stays unsynced. */
  serviceSynced(record: ServiceRecord): void {
    if (this.servicesById.get(record.ID)?.record === record) this.unsyncedServices.delete(record.ID);
  }

  checkSynced(record: CheckRecord): void {
    if (this.checksById.get(record.CheckID)?.record === record) this.unsyncedChecks.delete(record.CheckID);
  }

  private changed(change: LocalChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}

function link(groups: Map<string, Set<string>>, name: string, id: string): void {
  const ids = groups.get(name);
  if (ids === undefined) groups.set(name, new Set([id]));
  else ids.add(id);
}

function unlink(groups: Map<string, Set<string>>, name: string, id: string): void {
  const ids = groups.get(name);
  ids?.delete(id);
  if (ids?.size === 0) groups.delete(name);
}
