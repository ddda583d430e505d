/**
 * The local agent: what this node runs, and keeping the catalog equal to it. Every change is made in memory at once and whole, then kept
 * on disk (what came over HTTP) and carried to the catalog; callers wait for both, but a catalog that cannot be written is no fault of
 * theirs: anti-entropy goes on trying.
 */
import type { Clock } from '../lib/clock.js';
import { goQuote } from '../lib/go-quote.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import { sameJson } from '../lib/same-json.js';
import type { Backend } from '../model/backend.js';
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import { MeshError } from '../model/errors.js';
import type { CheckRecord, CheckStatus, ServiceRecord } from '../model/records.js';
import { aliasSource } from './aliases.js';
import { CheckRuns } from './check-runs.js';
import { Keeper } from './keeper.js';
import type { ConfiguredAgent, Definitions, RegisterOptions } from './local-agent.js';
import { LocalState } from './local-state.js';
import { type Plan, planDefinitions } from './plan.js';
import { startReaper } from './reaper.js';
import { hashOf, maintenanceRecord, nodeMaintenanceId, serviceMaintenanceId } from './records.js';
import { type InitialResult, Registry } from './registry.js';
import { restoreKept, unexpired } from './restore.js';
import { checksRefusal } from './rules.js';
import type { AgentSettings } from './settings.js';
import { filledSidecar } from './sidecar.js';
import { Sync } from './sync.js';

export interface AgentParts {
  readonly settings: AgentSettings;
  readonly backend: Backend;
  /** How many nodes there are; a larger cluster compares less often. */
  readonly clusterSize: () => number;
  /** On a server: writes its `consul` service and `serfHealth` when they are not in the catalog (somebody has deregistered the node). */
  readonly registerServer?: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  /** Named "agent". */
  readonly log: Logger;
}

export class Agent implements ConfiguredAgent {
  private readonly state = new LocalState();
  private readonly keeper: Keeper;
  private readonly runs: CheckRuns;
  private readonly registry: Registry;
  private readonly sync: Sync;
  private settings: AgentSettings;
  private stopReaper = () => {};

  constructor(private readonly parts: AgentParts) {
    const { settings, backend, clock, random, log } = parts;
    this.settings = settings;
    this.keeper = new Keeper(settings.dataDirectory, log);
    const token = () => this.settings.agentToken;
    const { state, keeper } = this;
    const push = () => this.sync.push();
    const aliases = aliasSource(state, backend, token);
    this.runs = new CheckRuns({ state, settings: () => this.settings, keeper, aliases, push, clock, random, log });
    this.registry = new Registry(state, this.runs, () => this.settings.node.Node, log);
    const node = () => this.settings.node;
    const { clusterSize, registerServer = async () => {} } = parts;
    this.sync = new Sync({ state, backend, node, token, clusterSize, registerServer, clock, random, log });
  }

  async start(definitions: Definitions): Promise<void> {
    const { clock, log } = this.parts;
    const kept = await this.keeper.load();
    const keptServices = new Set(kept.services.map(({ definition }) => definition.ID));
    const plan = planDefinitions(definitions, { state: this.state, settings: this.settings, keptServices });
    const initial = unexpired(kept, clock.now());
    for (const service of plan.servicesToPlace) this.placeFromFile(service, initial);
    const { state, registry, keeper, settings } = this;
    const restored = restoreKept(kept, { plan, state, registry, keeper, settings, log, initial });
    this.placeChecksFromFile(plan, initial);
    await restored;
    const deregister = (id: string) => this.deregisterService(id, '');
    this.stopReaper = startReaper({ state, criticalFrom: (id) => this.runs.criticalFrom(id), deregister, clock, log });
    this.sync.start();
  }

  async stop(): Promise<void> {
    this.stopReaper();
    this.runs.stopAll();
    await this.sync.stop();
    await this.keeper.settle();
  }

  async applyDefinitions(definitions: Definitions, settings: AgentSettings = this.settings): Promise<void> {
    const { state } = this;
    const fromApi = state.services().filter(({ source }) => source === 'api');
    const keptServices = new Set(fromApi.map(({ record }) => record.ID));
    const plan = planDefinitions(definitions, { state, settings, keptServices });
    this.changeSettings(settings);
    const dropped = plan.servicesToDrop.flatMap((id) => this.registry.dropService(id, '').checks);
    for (const id of plan.checksToDrop.filter((check) => state.check(check) !== undefined)) {
      this.registry.dropCheck(id, '');
      dropped.push(id);
    }
    const lost = [
      ...dropped.map((id) => this.keeper.removeCheck(id)),
      ...fromApi.filter(({ record }) => plan.serviceIds.has(record.ID)).map(({ record }) => this.keeper.removeService(record.ID)),
      ...state
        .checks()
        .filter(({ source, record }) => source === 'api' && plan.checkIds.has(record.CheckID))
        .map(({ record }) => this.keeper.removeCheck(record.CheckID)),
    ];
    for (const service of plan.servicesToPlace) this.placeFromFile(service, new Map());
    this.placeChecksFromFile(plan, new Map());
    await Promise.all([...lost, this.sync.push()]);
  }

  compareSoon(): void {
    this.sync.compareSoon();
  }

  services(): ReadonlyMap<string, ServiceRecord> {
    return this.state.serviceRecords;
  }

  checks(): ReadonlyMap<string, CheckRecord> {
    return this.state.checkRecords;
  }

  async registerService(definition: ServiceDefinition, { source, token, replaceExistingChecks }: RegisterOptions): Promise<void> {
    if (definition.Name === '') throw new MeshError('refused', 'Service name missing');
    const sidecar = this.sidecarFor(definition);
    this.refuseChecks([...definition.Checks, ...(sidecar?.Checks ?? [])], source);
    const how = { leftOut: replaceExistingChecks ? 'all' : 'keep', initial: new Map() } as const;
    const dropped = [...this.registry.placeService(definition, { source, token, sidecarOf: '' }, how)];
    if (sidecar) dropped.push(...this.registry.placeService(sidecar, { source, token, sidecarOf: definition.ID }, how));
    const placed = sidecar ? [definition.ID, sidecar.ID] : [definition.ID];
    await this.settle([...placed.flatMap((id) => this.keepService(id)), ...dropped.map((id) => this.keeper.removeCheck(id))]);
  }

  async deregisterService(id: string, token: string): Promise<void> {
    if (id === '') throw new MeshError('refused', 'ServiceID missing');
    if (this.state.service(id) === undefined) {
      this.parts.log.log('warn', 'Failed to deregister service: it is not registered here', { service: id });
      return;
    }
    const { services, checks } = this.registry.dropService(id, token);
    await this.settle([...services.map((gone) => this.keeper.removeService(gone)), ...checks.map((gone) => this.keeper.removeCheck(gone))]);
  }

  async registerCheck(definition: CheckDefinition, { source, token }: RegisterOptions): Promise<void> {
    const id = definition.CheckID;
    if (id === '') throw new MeshError('refused', 'CheckID missing');
    if (definition.ServiceID !== '' && this.state.service(definition.ServiceID) === undefined)
      throw new MeshError('refused', `ServiceID ${goQuote(definition.ServiceID)} does not exist`);
    this.refuseChecks([definition], source);
    this.registry.placeCheck(definition, { source, token, isInside: false, initial: undefined });
    await this.settle([this.keepCheck(id)]);
  }

  async deregisterCheck(id: string, token: string): Promise<void> {
    if (id === '') throw new MeshError('refused', 'CheckID missing');
    if (this.state.check(id) === undefined) return;
    this.registry.dropCheck(id, token);
    await this.settle([this.keeper.removeCheck(id)]);
  }

  updateTtl(checkId: string, status: CheckStatus, output: string): Promise<void> {
    return this.runs.update(checkId, status, output);
  }

  async setServiceMaintenance(id: string, enable: boolean, reason: string, token: string): Promise<void> {
    const service = this.state.service(id);
    if (service === undefined) throw new MeshError('not-found', `No service registered with ID ${goQuote(id)}`);
    const changed = await this.setMaintenance(serviceMaintenanceId(id), enable ? service.record : null, { enable, reason, token });
    if (changed) this.parts.log.log('info', `Service ${enable ? 'entered' : 'left'} maintenance mode`, { service: id });
  }

  async setNodeMaintenance(enable: boolean, reason: string, token: string): Promise<void> {
    const changed = await this.setMaintenance(nodeMaintenanceId, null, { enable, reason, token });
    if (changed) this.parts.log.log('info', `Node ${enable ? 'entered' : 'left'} maintenance mode`);
  }

  serviceHash(id: string): string {
    const record = this.state.serviceRecords.get(id);
    return record === undefined ? '' : hashOf(record);
  }

  serviceChanged(id: string, hash: string, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.serviceHash(id) !== hash) return resolve();
      const done = () => {
        unsubscribe();
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unsubscribe = this.state.onChange((change) => {
        if (change === 'status' && this.serviceHash(id) !== hash) done();
      });
      const cancel = this.parts.clock.after(Math.min(waitMs || defaultWaitMs, longestWaitMs), done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private changeSettings(settings: AgentSettings): void {
    if (!sameJson(settings.node, this.settings.node)) this.state.nodeInSync = false;
    this.settings = settings;
  }

  private refuseChecks(checks: readonly CheckDefinition[], source: RegisterOptions['source']): void {
    const refusal = checksRefusal(checks, source, this.settings);
    if (refusal !== '') throw new MeshError('refused', refusal);
  }

  private placeFromFile(service: ServiceDefinition, initial: ReadonlyMap<string, InitialResult>): void {
    const placing = { source: 'file', token: service.Token } as const;
    const sidecar = this.sidecarFor(service);
    this.registry.placeService(service, { ...placing, sidecarOf: '' }, { leftOut: 'file', initial });
    if (sidecar) this.registry.placeService(sidecar, { ...placing, sidecarOf: service.ID }, { leftOut: 'file', initial });
    else
      for (const { record, source } of this.state.sidecarsOf(service.ID)) if (source === 'file') this.registry.dropService(record.ID, '');
  }

  private placeChecksFromFile({ checksToPlace }: Plan, initial: ReadonlyMap<string, InitialResult>): void {
    for (const check of checksToPlace) {
      const placing = { source: 'file', token: check.Token, isInside: false } as const;
      this.registry.placeCheck(check, { ...placing, initial: initial.get(check.CheckID) });
    }
  }

  private sidecarFor(service: ServiceDefinition): ServiceDefinition | null {
    if (service.sidecar === null) return null;
    const [current] = this.state.sidecarsOf(service.ID);
    const portsInUse = new Set(this.state.services().map(({ record }) => record.Port));
    const context = { portsInUse, range: this.settings.sidecarPorts, currentPort: current?.record.Port ?? 0 };
    return filledSidecar(service, service.sidecar, context);
  }

  /** @returns whether anything has changed; enabling twice keeps the first reason */
  private async setMaintenance(
    checkId: string,
    service: ServiceRecord | null,
    { enable, reason, token }: { readonly enable: boolean; readonly reason: string; readonly token: string },
  ): Promise<boolean> {
    if ((this.state.check(checkId) !== undefined) === enable) return false;
    if (enable) this.registry.placeMaintenance(maintenanceRecord(this.settings.node.Node, service, reason), token);
    else this.registry.dropCheck(checkId, token);
    const kept = { kind: 'maintenance', serviceId: service?.ID ?? '', reason, token } as const;
    await this.settle([enable ? this.keeper.saveCheck(checkId, kept) : this.keeper.removeCheck(checkId)]);
    return true;
  }

  private keepService(id: string): readonly Promise<void>[] {
    const local = this.state.service(id);
    if (local?.source !== 'api') return [];
    return [this.keeper.saveService(local), ...this.state.checksOfService(id).map(({ record }) => this.keepCheck(record.CheckID))];
  }

  private async keepCheck(id: string): Promise<void> {
    const local = this.state.check(id);
    if (local?.source !== 'api' || local.definition === null) return;
    const { definition, token, isInside } = local;
    await this.keeper.saveCheck(id, { kind: 'check', definition, token, isInside });
  }

  /** Files and the catalog, side by side. */
  private async settle(writes: readonly Promise<void>[]): Promise<void> {
    await Promise.all([...writes, this.sync.push()]);
  }
}

/** As for blocking queries of the catalog. */
const defaultWaitMs = 300_000;
const longestWaitMs = 600_000;
