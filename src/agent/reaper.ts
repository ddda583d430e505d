/** `deregister_critical_service_after`: takes out services whose check has been critical for too long. Looks every 30 seconds. */
import type { Clock } from '../lib/clock.js';
import { formatDuration } from '../lib/duration.js';
import type { Logger } from '../lib/log.js';
import type { CheckDefinition } from '../model/definitions.js';
import type { LocalState } from './local-state.js';

const lookEveryMs = 30_000;
const shortestMs = 60_000;

export interface ReaperSettings {
  readonly state: LocalState;
  readonly criticalFrom: (checkId: string) => number | undefined;
  readonly deregister: (serviceId: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** @returns ends it */
export function startReaper(settings: ReaperSettings): () => void {
  const { clock } = settings;
  const look = () => {
    cancel = clock.after(lookEveryMs, look);
    reap(settings);
  };
  let cancel = clock.after(lookEveryMs, look);
  return () => cancel();
}

export function warnOfShortReaping({ CheckID, deregisterCriticalServiceAfterMs: afterMs }: CheckDefinition, log: Logger): void {
  if (afterMs > 0 && afterMs < shortestMs)
    log.log('warn', 'check has deregister interval below minimum', { check: CheckID, minimum_interval: formatDuration(shortestMs) });
}

function reap({ state, criticalFrom, deregister, clock, log }: ReaperSettings): void {
  for (const { record, definition } of state.checks()) {
    const afterMs = definition?.deregisterCriticalServiceAfterMs ?? 0;
    const since = criticalFrom(record.CheckID);
    if (afterMs <= 0 || since === undefined || record.ServiceID === '' || state.service(record.ServiceID) === undefined) continue;
    if (clock.now() - since < Math.max(afterMs, shortestMs)) continue;
    const what = { service: record.ServiceID, check: record.CheckID };
    deregister(record.ServiceID).then(
      () => log.log('info', 'Check for service has been critical for too long; deregistered service', what),
      (error: unknown) => log.log('error', 'unable to deregister service after check has been critical for too long', { ...what, error }),
    );
  }
}
