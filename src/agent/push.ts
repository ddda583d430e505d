/** Writes what differs to the catalog: the node, services with their checks, checks by themselves, and what has to go. */
import { unreachable } from '../lib/unreachable.js';
import { MeshError } from '../model/errors.js';
import type { CheckInput } from '../model/inputs.js';
import type { CheckRecord } from '../model/records.js';
import type { CompareSettings } from './compare.js';

/** Writes in flight at once; the server commits those that wait together. */
const writesAtOnce = 64;

type Task =
  | { readonly kind: 'service' | 'check' | 'removed-check'; readonly id: string }
  | { readonly kind: 'removed-service'; readonly id: string; readonly checks: readonly string[] }
  | { readonly kind: 'node' };

interface Failure {
  readonly task: Task;
  readonly error: MeshError;
}

export class Pusher {
  constructor(private readonly settings: CompareSettings) {}

  /** @returns whether the catalog now has everything as it was here at the call */
  async pushAll(): Promise<boolean> {
    const { state } = this.settings;
    // What is registered while this runs is for the next time: its service would not be there yet.
    const changedChecks = [...state.unsyncedChecks];
    const tasks: Task[] = [...this.removals(), ...[...state.unsyncedServices].map((id) => ({ kind: 'service', id }) as const)];
    // The node first and alone: everything else stands on it. Checks last: those of services have gone along with them.
    if (!state.nodeInSync && !(await this.inBatches([{ kind: 'node' }]))) return false;
    const areDone = await this.inBatches(tasks);
    const checks = changedChecks.filter((id) => state.unsyncedChecks.has(id)).map((id) => ({ kind: 'check', id }) as const);
    return (await this.inBatches(checks)) && areDone;
  }

  /** Checks go along with their service. */
  private removals(): Task[] {
    const { removedServices, removedChecks } = this.settings.state;
    const checksOf = new Map([...removedServices.keys()].map((id) => [id, [] as string[]]));
    const alone: Task[] = [];
    for (const [id, { serviceId }] of removedChecks) {
      const ofService = checksOf.get(serviceId);
      if (ofService) ofService.push(id);
      else alone.push({ kind: 'removed-check', id });
    }
    return [...Array.from(checksOf, ([id, checks]) => ({ kind: 'removed-service', id, checks }) as const), ...alone];
  }

  private async inBatches(tasks: readonly Task[]): Promise<boolean> {
    const failures: Failure[] = [];
    for (let start = 0; start < tasks.length; start += writesAtOnce) {
      const results = await Promise.all(tasks.slice(start, start + writesAtOnce).map((task) => this.tried(task)));
      failures.push(...results.filter((failure) => failure !== null));
      // Without a leader the rest would fail alike.
      if (failures.some(({ error }) => error.code === 'no-leader' || error.code === 'stopping')) break;
    }
    this.tell(failures);
    return failures.length === 0;
  }

  private async tried(task: Task): Promise<Failure | null> {
    try {
      await this.run(task);
      return null;
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      return { task, error };
    }
  }

  /** One line, however many there are. */
  private tell([first, ...others]: readonly Failure[]): void {
    if (first === undefined) return;
    const id = first.task.kind === 'node' ? {} : { id: first.task.id };
    const more = others.length > 0 ? { others: others.length } : {};
    const fields = { what: first.task.kind, ...id, error: first.error, ...more };
    this.settings.log.log('warn', 'Could not write to the catalog, trying again later', fields);
  }

  private run(task: Task): Promise<void> {
    switch (task.kind) {
      case 'node':
        return this.pushNode();
      case 'service':
        return this.pushService(task.id);
      case 'check':
        return this.pushCheck(task.id);
      case 'removed-service':
        return this.removeService(task.id, task.checks);
      case 'removed-check':
        return this.removeCheck(task.id);
      default:
        return unreachable(task);
    }
  }

  private async pushNode(): Promise<void> {
    const { backend, node, state, token, log } = this.settings;
    const options = { token: token(), datacenter: '' };
    await backend.write({ kind: 'catalog.register', node: node(), skipNodeUpdate: false, service: null, checks: [] }, options);
    state.nodeInSync = true;
    log.log('info', 'Synced node info');
  }

  private async pushService(id: string): Promise<void> {
    const { backend, node, state, token, log } = this.settings;
    const local = state.service(id);
    if (local === undefined) return;
    const checks = state
      .checksOfService(id)
      .filter(({ record, token }) => state.unsyncedChecks.has(record.CheckID) && token === local.token);
    const { CreateIndex: _created, ModifyIndex: _modified, Node: _node, ...service } = local.record;
    const records = checks.map(({ record }) => record);
    await backend.write(
      { kind: 'catalog.register', node: node(), skipNodeUpdate: true, service, checks: records.map((record) => checkInput(record)) },
      { token: local.token || token(), datacenter: '' },
    );
    state.serviceSynced(local.record);
    for (const record of records) state.checkSynced(record);
    log.log('info', 'Synced service', { service: id });
  }

  private async pushCheck(id: string): Promise<void> {
    const { backend, node, state, token, log } = this.settings;
    const local = state.check(id);
    if (local === undefined) return;
    await backend.write(
      { kind: 'catalog.register', node: node(), skipNodeUpdate: true, service: null, checks: [checkInput(local.record)] },
      { token: local.token || token(), datacenter: '' },
    );
    state.checkSynced(local.record);
    log.log('info', 'Synced check', { check: id });
  }

  private async removeService(id: string, checks: readonly string[]): Promise<void> {
    const { state, log } = this.settings;
    await this.deregister({ serviceId: id, checkId: '' }, state.removedServices.get(id)?.token ?? '');
    state.removedServices.delete(id);
    log.log('info', 'Deregistered service', { service: id });
    for (const check of checks) this.checkIsRemoved(check);
  }

  private async removeCheck(id: string): Promise<void> {
    await this.deregister({ serviceId: '', checkId: id }, this.settings.state.removedChecks.get(id)?.token ?? '');
    this.checkIsRemoved(id);
  }

  private checkIsRemoved(id: string): void {
    const { state, log } = this.settings;
    state.removedChecks.delete(id);
    log.log('info', 'Deregistered check', { check: id });
  }

  private async deregister(what: { readonly serviceId: string; readonly checkId: string }, ownToken: string): Promise<void> {
    const { backend, node, token } = this.settings;
    await backend.write({ kind: 'catalog.deregister', node: node().Node, ...what }, { token: ownToken || token(), datacenter: '' });
  }
}

function checkInput({ CreateIndex: _created, ModifyIndex: _modified, ...check }: CheckRecord): CheckInput & { readonly Node: string } {
  return check;
}
