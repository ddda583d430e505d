/** `[rollout]`: the table of a group, or of a resource on its own. */
import { type RolloutSettings, RolloutSettingsError, rolloutSettings } from '../rollout/settings.js';
import { rolloutKeys } from './keys.js';
import { decodeTable, type FailAt, type Table, unknownKeys } from './table-values.js';

/** `failAt` is that of the table that holds it. */
export function rolloutOf(table: Table | undefined, failAt: FailAt): RolloutSettings | undefined {
  if (table === undefined) return undefined;
  const failHere: FailAt = (key, reason) => failAt(key === '' ? 'rollout' : `rollout.${key}`, reason);
  const [unknown] = unknownKeys(table, Object.keys(rolloutKeys));
  if (unknown !== undefined) return failHere(unknown.key, `${unknown.text} (in "rollout")`);
  const { lock, limit, wait_healthy: waitHealthy, timeout: timeoutMs } = decodeTable(table, rolloutKeys, failHere);
  try {
    return rolloutSettings({ lock, limit, waitHealthy, timeoutMs });
  } catch (error) {
    if (!(error instanceof RolloutSettingsError)) throw error;
    return failHere(error.key, `"rollout.${error.key}": ${error.message}`);
  }
}
