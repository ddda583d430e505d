/** A service definition as the body of `/v1/agent/service/register`: durations as text, what was not given left out. */
import { formatDuration } from '../../../lib/duration.js';
import type { CheckDefinition, ServiceDefinition } from '../../../model/definitions.js';

export function serviceBody({ Checks, Connect, sidecar, ...definition }: ServiceDefinition): object {
  const connect = { ...Connect, ...(sidecar ? { SidecarService: serviceBody(sidecar) } : {}) };
  return withoutNothing({
    ...definition,
    Checks: Checks.map(checkBody),
    ...(Object.keys(connect).length > 0 ? { Connect: connect } : {}),
  });
}

function checkBody({ intervalMs, timeoutMs, ttlMs, deregisterCriticalServiceAfterMs, ...check }: CheckDefinition): object {
  const durations = {
    Interval: intervalMs,
    Timeout: timeoutMs,
    TTL: ttlMs,
    DeregisterCriticalServiceAfter: deregisterCriticalServiceAfterMs,
  };
  const shown = Object.entries(durations).map(([name, durationMs]) => [name, durationMs === 0 ? '' : formatDuration(durationMs)]);
  return withoutNothing({ ...check, ...Object.fromEntries(shown) });
}

/** Without members that say nothing: the agent's own defaults stand for them. */
function withoutNothing(record: Readonly<Record<string, unknown>>): object {
  const isNothing = (value: unknown) =>
    value === '' || value === 0 || value === false || value === null || value === undefined || isEmpty(value);
  return Object.fromEntries(Object.entries(record).filter(([, value]) => !isNothing(value)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
