/** The gate of a run: open for groups without a rollout, and made when the first group with one comes to it. */
import type { Logger } from '../../src/lib/log.js';
import type { Group } from '../resource.js';
import { type Gate, GateError, openGate } from '../runtime/gate.js';

export interface OpenedGate {
  readonly gate: Gate;
  close(): void;
}

export class LazyGate implements Gate {
  readonly #open: () => Promise<OpenedGate>;
  readonly #log: Logger;
  readonly #releaseTasks: ((group: Group) => void)[] = [];
  #opened: Promise<OpenedGate> | undefined;

  /** @param open rejects with GateError when the agent's settings cannot work */
  constructor(open: () => Promise<OpenedGate>, log: Logger) {
    this.#open = open;
    this.#log = log;
  }

  async enter(...[group, version, signal]: Parameters<Gate['enter']>): ReturnType<Gate['enter']> {
    if (group.rollout === undefined) return openGate.enter(group, version, signal);
    return (await this.#gate()).enter(group, version, signal);
  }

  async refused(...[group, version, reason]: Parameters<Gate['refused']>): Promise<void> {
    if (group.rollout === undefined) return;
    try {
      await (await this.#gate()).refused(group, version, reason);
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      this.#log.log('error', error.message, { group: group.name });
    }
  }

  onRelease(task: (group: Group) => void): void {
    this.#releaseTasks.push(task);
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(ignoreGateError);
    opened?.close();
  }

  async #gate(): Promise<Gate> {
    this.#opened ??= this.#begin();
    return (await this.#opened).gate;
  }

  async #begin(): Promise<OpenedGate> {
    const opened = await this.#open();
    opened.gate.onRelease((group) => {
      for (const task of this.#releaseTasks) task(group);
    });
    return opened;
  }
}

/** Said by whoever wanted to go through. */
function ignoreGateError(error: unknown): undefined {
  if (!(error instanceof GateError)) throw error;
  return undefined;
}
