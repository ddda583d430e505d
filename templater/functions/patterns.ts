/**
 * The regular expressions of templates. The matcher is the largest part of the whole program and takes longer to read than all the rest,
 * so it is read (`loadPatterns`) only for templates that may use it; rendering itself cannot wait.
 */
import type { LinearPattern } from '../../src/lib/linear-pattern.js';
import { toText } from '../go-template/byte-string.js';

let linearPattern: ((source: string) => LinearPattern) | undefined;

/** To be called before a template that `mayUsePatterns` is rendered; more than once is fine. */
export async function loadPatterns(): Promise<void> {
  linearPattern ??= (await import('../../src/lib/linear-pattern.js')).linearPattern;
}

/** Names of functions begin so; a template that includes others may use whatever they use. */
const patternWords = ['regex', 'Regex', 'include'] as const;

/** By the text alone, so it is sometimes true of a template that uses none. */
export function mayUsePatterns(text: string | Uint8Array): boolean {
  const bytes = typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  return patternWords.some((word) => bytes.includes(word));
}

/** A template that loops asks for the same patterns again and again. */
const patterns = new Map<string, LinearPattern>();
const patternsMax = 200;

/** @throws PatternError */
export function compiledPattern(pattern: string): LinearPattern {
  const known = patterns.get(pattern);
  if (known) return known;
  if (linearPattern === undefined) throw new TypeError('loadPatterns comes before the first rendering');
  const fresh = linearPattern(toText(pattern));
  if (patterns.size >= patternsMax) patterns.clear();
  patterns.set(pattern, fresh);
  return fresh;
}
