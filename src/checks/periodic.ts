/**
 * Runs a probe at an interval. The first run comes after a random part of the interval, so that the checks of an agent that starts do not
 * all run together; the interval is counted from the end of a run, so a slow probe never runs twice at once.
 */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import type { Probe, ProbeResult } from './probe.js';
import type { Report, RunningCheck } from './running-check.js';
import type { Thresholds } from './thresholds.js';

export interface PeriodicSettings {
  readonly checkId: string;
  readonly probe: Probe;
  readonly intervalMs: number;
  readonly thresholds: Thresholds;
  readonly report: Report;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export function startPeriodicCheck(settings: PeriodicSettings): RunningCheck {
  const { clock, random, intervalMs } = settings;
  const stopping = new AbortController();
  const look = async () => {
    const result = await lookOnce(settings, stopping.signal);
    if (result === null) return;
    take(result, settings);
    cancel = clock.after(intervalMs, run);
  };
  const run = () => {
    void look();
  };
  let cancel = clock.after(random() * intervalMs, run);
  return {
    stop() {
      cancel();
      stopping.abort();
    },
  };
}

/** null when the check was stopped meanwhile. A probe that throws has a fault of its own; that must not end the check. */
async function lookOnce({ probe, checkId, log }: PeriodicSettings, signal: AbortSignal): Promise<ProbeResult | null> {
  try {
    const result = await probe.run(signal);
    return signal.aborted ? null : result;
  } catch (error) {
    if (signal.aborted) return null;
    const text = error instanceof Error ? error.message : String(error);
    log.log('error', 'Check could not be run', { check: checkId, error: text });
    return { status: 'critical', output: text };
  }
}

function take({ status, output, isFinal }: ProbeResult, { thresholds, report }: PeriodicSettings): void {
  if (isFinal || thresholds.counts(status)) report(status, output);
}
