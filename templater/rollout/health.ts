/**
 * Whether this machine is well again after a reload: the named checks, as the agent of this machine has them.
 *
 * Right after a reload a check still says what it found before. So a machine counts as well when its checks have passed all the time for
 * as long as the slowest of them takes to run again (`Interval` and `Timeout`), at least a second, at most half of what it may take.
 */
import type { Client } from '../../src/client/client.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { DurationError, parseDuration } from '../../src/lib/duration.js';
import type { CheckRecord } from '../../src/model/records.js';
import { failureText, isClientFailure } from '../source/client-failure.js';
import { type HealthTarget, type RolloutSettings, shownTarget } from './settings.js';

const lookEveryMs = 250;
const steadyMsMin = 1_000;

export interface HealthLook {
  /** What is not as it should be; '' when all is well. */
  readonly fault: string;
  /** How long the slowest of the checks takes to find something out. */
  readonly slowestMs: number;
}

export interface HealthOptions {
  readonly client: Pick<Client, 'agent'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What it waits for, whenever that becomes something else. */
  readonly say: (text: string) => void;
}

/**
 * Time during which the agent does not answer does not count: nothing is known then.
 *
 * @returns '' when the machine is well, else what is not
 * @throws the signal's reason
 */
export async function untilHealthy(
  { waitHealthy, timeoutMs }: Pick<RolloutSettings, 'waitHealthy' | 'timeoutMs'>,
  { client, clock, signal, say }: HealthOptions,
): Promise<string> {
  if (waitHealthy.length === 0) return '';
  let spentMs = 0;
  let wellMs = 0;
  for (let before = clock.now(); ; ) {
    const look = await lookAt(waitHealthy, client, signal);
    const passedMs = Math.max(0, clock.now() - before);
    before = clock.now();
    if (look.kind === 'silent') say(`cannot see whether this machine is healthy, the files stay as they are: ${look.why}`);
    else {
      spentMs += passedMs;
      wellMs = look.fault === '' ? wellMs + passedMs : 0;
      say(look.fault === '' ? `healthy for ${Math.floor(wellMs / 1000)} s` : `not healthy: ${look.fault}`);
      if (look.fault === '' && wellMs >= steadyMs(look, timeoutMs)) return '';
      if (spentMs >= timeoutMs)
        return `not healthy within ${timeoutMs / 1000} s: ${look.fault || 'its checks did not pass for long enough'}`;
    }
    await sleep(clock, lookEveryMs, signal);
  }
}

function steadyMs({ slowestMs }: HealthLook, timeoutMs: number): number {
  return Math.min(Math.max(steadyMsMin, slowestMs), timeoutMs / 2);
}

async function lookAt(
  targets: readonly HealthTarget[],
  client: Pick<Client, 'agent'>,
  signal: AbortSignal,
): Promise<(HealthLook & { readonly kind: 'seen' }) | { readonly kind: 'silent'; readonly why: string }> {
  try {
    const [checks, services] = await Promise.all([client.agent.checks({ signal }), client.agent.services({ signal })]);
    const names = [...services.values()].map(({ Service }) => Service);
    return { kind: 'seen', ...healthOf(targets, { checks: [...checks.values()], services: names }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isClientFailure(error)) throw error;
    return { kind: 'silent', why: failureText(error) };
  }
}

/** What the agent of the machine has at the moment. */
export interface MachineHealth {
  readonly checks: readonly CheckRecord[];
  /** Names of its services. */
  readonly services: readonly string[];
}

export function healthOf(targets: readonly HealthTarget[], machine: MachineHealth): HealthLook {
  const faults: string[] = [];
  let slowestMs = 0;
  for (const target of targets) {
    const checks = machine.checks.filter((check) => isMeant(target, check));
    if (checks.length === 0 && !mayHaveNone(target, machine)) faults.push(`${shownTarget(target)} is not known to the agent`);
    for (const check of checks) {
      slowestMs = Math.max(slowestMs, durationMs(check.Interval) + durationMs(check.Timeout));
      if (check.Status !== 'passing') faults.push(`check "${check.CheckID}" is ${check.Status}${outputOf(check)}`);
    }
  }
  return { fault: faults.join(', '), slowestMs };
}

function isMeant(target: HealthTarget, check: CheckRecord): boolean {
  switch (target.kind) {
    case 'service':
      return check.ServiceName === target.name;
    case 'check':
      return check.CheckID === target.id;
    case 'node':
      return check.ServiceID === '';
  }
}

function mayHaveNone(target: HealthTarget, { services }: MachineHealth): boolean {
  return target.kind === 'node' || (target.kind === 'service' && services.includes(target.name));
}

function outputOf({ Output }: CheckRecord): string {
  const line = Output.trim().split('\n')[0] ?? '';
  return line === '' ? '' : ` (${line.slice(0, 200)})`;
}

function durationMs(text: string): number {
  if (text === '') return 0;
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return 0;
    throw error;
  }
}
