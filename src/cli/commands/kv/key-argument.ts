/** The key that `kv get`, `kv delete` and `kv export` take: at most one, a leading slash is no part of it. */
import { atMost } from '../../arguments.js';

/** '' when none was given. @throws CommandFailure */
export function optionalKey(words: readonly string[]): string {
  atMost(1, words);
  return (words[0] ?? '').replace(/^\//, '');
}
