/**
 * A check that follows the checks of another service: the worst of them and of the checks of the node it runs on.
 *
 * Of this agent: looked at anew whenever a status of one of them changes, and once a minute besides. Of another node: a blocking query of
 * the catalog, which may be answered stale.
 */
import { backoffMs } from '../lib/backoff.js';
import { type Clock, sleep } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import type { CheckRecord, CheckStatus } from '../model/records.js';
import { headOf } from './output.js';
import type { Report, RunningCheck } from './running-check.js';

/** What an alias follows: checks of one service and of its node. */
export interface AliasedChecks {
  readonly serviceExists: boolean;
  /** Those of the service first; in an order that stays the same. */
  readonly checks: readonly Pick<CheckRecord, 'CheckID' | 'Name' | 'Status' | 'Output'>[];
}

/** Where aliases look; given by the agent. */
export interface AliasSource {
  /** Service and node checks of this agent as they are now. `without` is the alias itself, which must not follow itself. */
  local(serviceId: string, without: string): AliasedChecks;
  /** Calls `task` after every change of a status or of the set of checks and services; the function returned ends it. */
  onLocalChange(task: () => void): () => void;
  /** Waits for the checks of another node to move beyond `index`; null when there is no such node. */
  remote(
    target: { readonly node: string; readonly serviceId: string },
    index: number,
    signal: AbortSignal,
  ): Promise<{ readonly index: number; readonly aliased: AliasedChecks | null }>;
}

export interface AliasSettings {
  readonly checkId: string;
  /** '' is this agent's node. */
  readonly node: string;
  readonly serviceId: string;
  readonly source: AliasSource;
  /** Two aliases that follow each other would quote each other without end. */
  readonly outputBytesMax: number;
  readonly report: Report;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const lookAgainMs = 60_000;

export function startAliasCheck(settings: AliasSettings): RunningCheck {
  return settings.node === '' ? followLocal(settings) : followRemote(settings);
}

function followLocal(settings: AliasSettings): RunningCheck {
  const { clock, source, serviceId, checkId } = settings;
  let cancel = () => {};
  const look = () => {
    cancel();
    cancel = clock.after(lookAgainMs, look);
    tell(settings, source.local(serviceId, checkId));
  };
  // Not within the change itself: what follows must see it whole. Several changes of one turn make one look.
  const lookSoon = () => {
    cancel();
    cancel = clock.after(0, look);
  };
  const unsubscribe = source.onLocalChange(lookSoon);
  lookSoon();
  return {
    stop() {
      unsubscribe();
      cancel();
    },
  };
}

function followRemote(settings: AliasSettings): RunningCheck {
  const stopping = new AbortController();
  void followUntilStopped(settings, stopping.signal);
  return { stop: () => stopping.abort() };
}

async function followUntilStopped(settings: AliasSettings, signal: AbortSignal): Promise<void> {
  const { source, node, serviceId, clock, random } = settings;
  let index = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const answer = await source.remote({ node, serviceId }, index, signal);
      if (signal.aborted) return;
      // An index that goes back belongs to another store: everything must be read anew. One of 1 would make us spin.
      index = answer.index < index ? 0 : answer.index;
      failures = 0;
      tell(settings, answer.aliased);
      if (answer.index <= 1 || answer.aliased === null) await sleep(clock, 1000, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      index = 0;
      settings.report('critical', `Failed to read the checks of ${node}: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(clock, backoffMs(failures, { firstMs: 1000, mostMs: 60_000 }, random), signal).catch(() => {});
    }
  }
}

function tell(settings: AliasSettings, aliased: AliasedChecks | null): void {
  const { status, output } = worstOf(settings, aliased);
  settings.log.log('trace', 'Alias looked at', { check: settings.checkId, status });
  settings.report(status, headOf(output, settings.outputBytesMax));
}

/** `node` is empty for this agent, and so stays a text of Consul's that ends in a blank. */
export function worstOf(
  { node, serviceId }: { readonly node: string; readonly serviceId: string },
  aliased: AliasedChecks | null,
): { readonly status: CheckStatus; readonly output: string } {
  if (aliased === null && serviceId === '') return { status: 'critical', output: `Node ${node} could not be found` };
  if (aliased === null || (serviceId !== '' && !aliased.serviceExists))
    return { status: 'critical', output: `Service ${serviceId} could not be found on node ${node}` };
  if (aliased.checks.length === 0) return { status: 'passing', output: 'No checks found.' };
  const worst =
    aliased.checks.find(({ Status }) => Status !== 'passing' && Status !== 'warning') ??
    aliased.checks.find(({ Status }) => Status === 'warning');
  if (worst === undefined) return { status: 'passing', output: 'All checks passing.' };
  return { status: worst.Status === 'warning' ? 'warning' : 'critical', output: `Aliased check "${worst.Name}" failing: ${worst.Output}` };
}
