/**
 * The checks at work: starts and stops them, takes their results into the local state, and decides when the catalog hears of them: a new
 * status at once, a mere change of output after a random time around `check_update_interval`, together with all that came meanwhile.
 */
import type { AliasSource } from '../checks/alias.js';
import { startCheck } from '../checks/kinds.js';
import type { RunningCheck } from '../checks/running-check.js';
import type { Clock } from '../lib/clock.js';
import { goQuote } from '../lib/go-quote.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import { MeshError } from '../model/errors.js';
import type { CheckStatus } from '../model/records.js';
import type { Keeper } from './keeper.js';
import type { LocalCheck, LocalState } from './local-state.js';
import { withResult } from './records.js';
import type { AgentSettings } from './settings.js';

export interface CheckRunsSettings {
  readonly state: LocalState;
  readonly settings: () => AgentSettings;
  readonly keeper: Keeper;
  readonly aliases: AliasSource;
  /** Carries what has changed to the catalog. */
  readonly push: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export class CheckRuns {
  private readonly running = new Map<string, RunningCheck>();
  /** Since when a result has made the check critical; what was registered as critical and has had no result does not count. */
  private readonly criticalSince = new Map<string, number>();
  private readonly outputTimers = new Map<string, () => void>();

  constructor(private readonly parts: CheckRunsSettings) {}

  /** In place of the one that runs under this id, if any. */
  start({ record: { CheckID: id }, definition }: LocalCheck): void {
    const { clock, random, log, aliases } = this.parts;
    const { checkOutputBytesMax, agentTls, dockerHost } = this.parts.settings();
    this.running.get(id)?.stop();
    this.running.delete(id);
    if (definition === null) return;
    const environment = { clock, random, log, outputBytesMax: checkOutputBytesMax, agentTls, dockerHost, aliases };
    this.running.set(
      id,
      startCheck(definition, environment, (status, output) => this.take(id, status, output)),
    );
  }

  /** Forgets the check; its entry in the state is the caller's. */
  stop(id: string): void {
    this.running.get(id)?.stop();
    this.running.delete(id);
    this.criticalSince.delete(id);
    this.cancelOutput(id);
  }

  stopAll(): void {
    for (const id of [...this.running.keys(), ...this.outputTimers.keys()]) this.stop(id);
  }

  /** @throws MeshError refused when the check is none with a TTL */
  async update(id: string, status: CheckStatus, output: string): Promise<void> {
    const { state, keeper, clock, push } = this.parts;
    const update = this.running.get(id)?.update;
    const definition = state.check(id)?.definition;
    if (update === undefined || !definition) throw new MeshError('refused', `CheckID ${goQuote(id)} does not have associated TTL`);
    update(status, output);
    const kept = state.checkRecords.get(id)?.Output ?? '';
    const expiresAt = clock.now() + definition.ttlMs;
    await Promise.all([keeper.saveState({ checkId: id, status, output: kept, expiresAt }), state.unsyncedChecks.has(id) && push()]);
  }

  /** When the check turned critical, by the clock; undefined when it is not, or only by its definition. */
  criticalFrom(id: string): number | undefined {
    return this.criticalSince.get(id);
  }

  private take(id: string, status: CheckStatus, output: string): void {
    const { state, settings, clock, push } = this.parts;
    const local = state.check(id);
    if (local === undefined) return;
    if (status !== 'critical') this.criticalSince.delete(id);
    else if (!this.criticalSince.has(id)) this.criticalSince.set(id, clock.now());
    const { discardCheckOutput, checkUpdateIntervalMs } = settings();
    const record = withResult(local.record, status, discardCheckOutput ? '' : output);
    if (record === local.record) return;
    const mayWait = record.Status === local.record.Status && checkUpdateIntervalMs > 0 && !state.unsyncedChecks.has(id);
    if (mayWait) {
      this.deferOutput(id, checkUpdateIntervalMs);
      state.putCheck({ ...local, record }, { isOutputDeferred: true });
      return;
    }
    this.cancelOutput(id);
    state.putCheck({ ...local, record });
    void push();
  }

  private deferOutput(id: string, intervalMs: number): void {
    const { state, clock, random, push } = this.parts;
    state.deferredOutputs.add(id);
    if (this.outputTimers.has(id)) return;
    const send = () => {
      this.cancelOutput(id);
      if (state.check(id) === undefined) return;
      state.unsyncedChecks.add(id);
      void push();
    };
    this.outputTimers.set(id, clock.after(intervalMs / 2 + intervalMs * random(), send));
  }

  private cancelOutput(id: string): void {
    this.outputTimers.get(id)?.();
    this.outputTimers.delete(id);
    this.parts.state.deferredOutputs.delete(id);
  }
}
