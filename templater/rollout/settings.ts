/**
 * `[rollout]` of a group, decoded: how many machines may take a change at once, and when one of them counts as well again.
 *
 *     [rollout]
 *     lock = "rollout/nginx"          # keys below it, shared by all machines
 *     limit = 2                       # at most so many at once
 *     wait_healthy = "service:web"    # or "check:ID", "node", or a list of them
 *     timeout = "2m"                  # so long it may take to be healthy
 */
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';

export interface RolloutSettings {
  /** Without a slash at its end; everything of this rollout lies below `lock/`. */
  readonly lock: KvKey;
  /** At least 1. */
  readonly limit: number;
  /** All of them have to pass; none is asked for when it is empty. */
  readonly waitHealthy: readonly HealthTarget[];
  readonly timeoutMs: number;
}

/** Checks of this machine. */
export type HealthTarget =
  /** Every check of every instance of the service on this machine. */
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'check'; readonly id: string }
  /** Every check that belongs to no service. */
  | { readonly kind: 'node' };

export const defaultRolloutTimeoutMs = 120_000;

/** As the file has them; what is left out is undefined. */
export interface RolloutTable {
  readonly lock: string | undefined;
  readonly limit: number | undefined;
  readonly waitHealthy: readonly string[] | undefined;
  readonly timeoutMs: number | undefined;
}

/** A value that cannot work. `key` is its name in the file, for line and column. */
export class RolloutSettingsError extends Error {
  override readonly name = 'RolloutSettingsError';
  readonly key: 'lock' | 'limit' | 'wait_healthy' | 'timeout';

  constructor(key: RolloutSettingsError['key'], message: string) {
    super(message);
    this.key = key;
  }
}

/** @throws RolloutSettingsError */
export function rolloutSettings({ lock, limit = 1, waitHealthy = [], timeoutMs = defaultRolloutTimeoutMs }: RolloutTable): RolloutSettings {
  if (!Number.isInteger(limit) || limit < 1)
    throw new RolloutSettingsError('limit', `it must be a whole number of at least 1, it is ${limit}`);
  if (timeoutMs <= 0) throw new RolloutSettingsError('timeout', 'it must be longer than nothing');
  return { lock: lockKey(lock ?? ''), limit, waitHealthy: waitHealthy.map(healthTarget), timeoutMs };
}

/** Also for the name of a lock on the command line. @throws RolloutSettingsError */
export function lockKey(text: string): KvKey {
  const plain = text.replace(/^\/+|\/+$/g, '');
  if (plain === '') throw new RolloutSettingsError('lock', 'it must name a key, such as "rollout/nginx"');
  return keyFromText(plain);
}

function healthTarget(text: string): HealthTarget {
  const [, kind, name = ''] = /^(service|check):(.+)$/s.exec(text) ?? [];
  if (kind === 'service') return { kind, name };
  if (kind === 'check') return { kind, id: name };
  if (text === 'node') return { kind: 'node' };
  throw new RolloutSettingsError('wait_healthy', `${JSON.stringify(text)} is none of "service:NAME", "check:ID" and "node"`);
}

/** `service:web`, as the file has it. */
export function shownTarget(target: HealthTarget): string {
  switch (target.kind) {
    case 'service':
      return `service:${target.name}`;
    case 'check':
      return `check:${target.id}`;
    case 'node':
      return 'node';
  }
}
