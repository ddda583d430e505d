/**
 * The regular expressions of templates, compiled once each. The matcher is the largest part of the whole program: only functions that
 * need it import this file, and those are loaded only for templates that name them.
 */
import { type LinearPattern, linearPattern } from '../../src/lib/linear-pattern.js';
import { toText } from '../go-template/byte-string.js';

/** A template that loops asks for the same patterns again and again. */
const patterns = new Map<string, LinearPattern>();
const patternsMax = 200;

/** @throws PatternError */
export function compiledPattern(pattern: string): LinearPattern {
  const known = patterns.get(pattern);
  if (known) return known;
  const fresh = linearPattern(toText(pattern));
  if (patterns.size >= patternsMax) patterns.clear();
  patterns.set(pattern, fresh);
  return fresh;
}
