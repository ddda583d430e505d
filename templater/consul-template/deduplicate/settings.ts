/** What is said of sharing answers. */
import { type ConfigBlocks, ConfigError } from '../config-blocks.js';

/** Answers are shared with other machines. */
export interface DeduplicateSettings {
  /** Where the answers lie. */
  readonly prefix: string;
  /** How long a leader that says nothing stays one. */
  readonly ttlMs: number;
}

/** Any key switches it on. @throws ConfigError */
export function deduplicateOf(block: ConfigBlocks['deduplicate']): DeduplicateSettings | undefined {
  const { enabled = Object.keys(block).length > 0, prefix = 'consul-template/dedup/', ttl = 15_000 } = block;
  if (!enabled) return undefined;
  if (ttl < 10_000 || ttl > 86_400_000) throw new ConfigError('deduplicate.ttl must be from 10s to 24h');
  return { prefix, ttlMs: ttl };
}
