/** A check that is told its status from outside and turns critical when nothing is told for too long. */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { CheckStatus } from '../model/records.js';
import { headOf } from './output.js';
import type { Report, RunningCheck } from './running-check.js';

export interface TtlSettings {
  readonly checkId: string;
  readonly ttlMs: number;
  readonly outputBytesMax: number;
  readonly report: Report;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The time starts now and anew with each update; after it has run out the check rests until the next one. */
export function startTtlCheck(settings: TtlSettings): RunningCheck & Required<Pick<RunningCheck, 'update'>> {
  const { checkId: check, ttlMs, outputBytesMax, report, clock, log } = settings;
  let lastOutput = '';
  const expire = () => {
    log.log('warn', 'Check missed TTL, is now critical', { check });
    report('critical', lastOutput === '' ? 'TTL expired' : `TTL expired (last output before timeout follows): ${lastOutput}`);
  };
  let cancel = clock.after(ttlMs, expire);
  return {
    stop: () => cancel(),
    update(status: CheckStatus, output: string) {
      log.log('debug', 'Check status updated', { check, status });
      lastOutput = headOf(output, outputBytesMax);
      cancel();
      cancel = clock.after(ttlMs, expire);
      report(status, lastOutput);
    },
  };
}
