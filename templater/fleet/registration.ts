/**
 * Keeps the agent told: the service and its checks while the process runs, and the versions as keys. What the agent has lost, because it
 * began anew or somebody took the service away, is registered again with the next heartbeat.
 */
import type { Client } from '../../src/client/client.js';
import { ResponseError } from '../../src/client/errors.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { Deadline } from '../../src/lib/deadline.js';
import type { Logger } from '../../src/lib/log.js';
import { Outages } from '../runtime/outages.js';
import { failureText, isClientFailure } from '../source/client-failure.js';
import type { StatusReport } from '../status/report.js';
import { checkDefinition, checksOf, type ResourceCheck, serviceDefinition, ttlSeconds } from './service.js';
import { encodeVersion, versionKey, versionOf } from './versions.js';

export interface RegistrationOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: () => StatusReport;
  /** The machine's name. */
  readonly node: string;
}

/** Three in a time to live. */
const heartbeatMs = (ttlSeconds * 1000) / 3;
/** What changes in quick succession is told once. */
const settleMs = 100;
const goodbyeMsMax = 3_000;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #ending = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isRegistered = false;
  /** Check id -> what the agent was told last, and when. */
  readonly #told = new Map<string, { readonly text: string; readonly atMs: number }>();
  /** Resource -> the record that is written. */
  readonly #written = new Map<string, string>();
  readonly #outages = new Outages();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#running = this.#run();
  }

  /** Something may have to be told. */
  changed(): void {
    this.#wake.abort();
  }

  /** Takes the service away; the keys stay. Never rejects. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    await this.#running;
    if (!this.#isRegistered) return;
    const limit = AbortSignal.timeout(goodbyeMsMax);
    try {
      await this.#options.client.agent.deregisterService(this.#options.report().Process.Instance, { signal: limit });
    } catch (error) {
      if (!limit.aborted && !isClientFailure(error)) throw error;
      this.#options.log.log('warn', 'the service mesh-template could not be taken from the agent; its checks turn critical by themselves');
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      await this.#tell();
      await sleep(clock, heartbeatMs, this.#wake.signal).catch(() => {});
      await sleep(clock, settleMs, signal).catch(() => {});
    }
  }

  async #tell(): Promise<void> {
    const report = this.#options.report();
    const limit = new Deadline(heartbeatMs, this.#ending.signal);
    try {
      await this.#tellChecks(report, limit.signal);
      await this.#tellVersions(report, limit.signal);
      const fault = this.#outages.over('agent');
      if (fault !== '') this.#options.log.log('info', `registered at the agent again, after: ${fault}`);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      if (!limit.passed && !isClientFailure(error)) throw error;
      this.#failed(isClientFailure(error) ? failureText(error) : `the agent did not answer within ${heartbeatMs / 1000} s`);
    } finally {
      limit.clear();
    }
  }

  #failed(fault: string): void {
    if (!this.#outages.failed('agent', fault)) return;
    this.#options.log.log('warn', `the agent cannot be told how this process is: ${fault}; trying again`);
  }

  async #tellChecks(report: StatusReport, signal: AbortSignal): Promise<void> {
    const checks = checksOf(report);
    if (this.#isRegistered && (await this.#areKnown(report, checks, signal))) return;
    this.#isRegistered = false;
    await this.#register(report, checks, signal);
    for (const check of checks) await this.#update(check, signal);
  }

  /** Brings the checks up to date. @returns false when the agent does not know the service, or one of them, any more */
  async #areKnown(report: StatusReport, checks: readonly ResourceCheck[], signal: AbortSignal): Promise<boolean> {
    const present = new Set(checks.map(({ id }) => id));
    try {
      for (const check of checks) if (!this.#told.has(check.id)) await this.#addCheck(report, check, signal);
      for (const id of this.#told.keys()) if (!present.has(id)) await this.#removeCheck(id, signal);
      for (const check of checks) await this.#update(check, signal);
      return true;
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      return false;
    }
  }

  async #register({ Process }: StatusReport, checks: readonly ResourceCheck[], signal: AbortSignal): Promise<void> {
    await this.#options.client.agent.registerService(serviceDefinition(Process, checks), { signal });
    this.#isRegistered = true;
    for (const { id } of checks) this.#told.set(id, { text: '', atMs: 0 });
    // The store may have begun anew as well.
    this.#written.clear();
  }

  async #addCheck({ Process }: StatusReport, check: ResourceCheck, signal: AbortSignal): Promise<void> {
    const definition = { ...checkDefinition(check), ID: check.id, ServiceID: Process.Instance };
    await this.#options.client.agent.registerCheck(definition, { signal });
    this.#told.set(check.id, { text: '', atMs: 0 });
  }

  /** Of a resource that is no more. */
  async #removeCheck(id: string, signal: AbortSignal): Promise<void> {
    await this.#options.client.agent.deregisterCheck(id, { signal }).catch(ignoreUnknown);
    this.#told.delete(id);
  }

  async #update({ id, status, output }: ResourceCheck, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#options;
    const text = `${status}\n${output}`;
    const told = this.#told.get(id);
    // A beat may come a little early.
    if (told?.text === text && clock.now() - told.atMs < heartbeatMs - settleMs) return;
    await client.agent.updateCheck(id, { Status: status, Output: output }, { signal });
    this.#told.set(id, { text, atMs: clock.now() });
  }

  async #tellVersions(report: StatusReport, signal: AbortSignal): Promise<void> {
    const { client, node } = this.#options;
    const { Instance } = report.Process;
    const deployed = new Map(report.Resources.map(({ Name, Deployed }) => [Name, Deployed]));
    for (const check of checksOf(report)) {
      const record = versionOf(check, deployed.get(check.resource) ?? null, { Instance, Node: node });
      const text = JSON.stringify(record);
      if (this.#written.get(check.resource) === text) continue;
      await client.kv.put(versionKey(record), encodeVersion(record), { signal });
      this.#written.set(check.resource, text);
    }
    for (const Resource of this.#written.keys()) {
      if (deployed.has(Resource)) continue;
      await client.kv.delete(versionKey({ Resource, Instance }), { signal });
      this.#written.delete(Resource);
    }
  }
}

function ignoreUnknown(error: unknown): void {
  if (!(error instanceof ResponseError)) throw error;
}
