/** Functions with regular expressions in RE2's syntax. The two dialects order their arguments differently. */
import { type LinearPattern, linearPattern } from '../../src/lib/linear-pattern.js';
import { fromText, toText } from '../go-template/byte-string.js';
import { row } from './function-row.js';

export const regularExpressionFunctions = [
  row({
    name: 'regexMatch',
    dialects: ['confd', 'consul-template'],
    usage: 'regexMatch PATTERN TEXT',
    summary: 'whether the pattern matches anywhere in the text',
    parameters: ['string', 'string'],
    call: (_, [pattern, text]) => compiled(pattern).test(toText(text)),
  }),
  row({
    name: 'regexFind',
    dialects: ['confd'],
    usage: 'regexFind PATTERN TEXT',
    summary: 'the first match, "" when there is none',
    parameters: ['string', 'string'],
    call: (_, [pattern, text]) => fromText(compiled(pattern).find(toText(text)) ?? ''),
  }),
  row({
    name: 'regexReplaceAll',
    dialects: ['confd'],
    usage: 'regexReplaceAll PATTERN TEXT REPLACEMENT',
    summary: 'every match replaced; `$1` is its first group, `$name` one with a name',
    parameters: ['string', 'string', 'string'],
    call: (_, [pattern, text, replacement]) => fromText(compiled(pattern).replaceAll(toText(text), toText(replacement))),
  }),
  row({
    name: 'regexReplaceAll',
    dialects: ['consul-template'],
    usage: 'regexReplaceAll PATTERN REPLACEMENT TEXT',
    summary: 'every match replaced; `$1` is its first group, `$name` one with a name',
    parameters: ['string', 'string', 'string'],
    call: (_, [pattern, replacement, text]) => fromText(compiled(pattern).replaceAll(toText(text), toText(replacement))),
  }),
];

/** A template that loops asks for the same patterns again and again. */
const patterns = new Map<string, LinearPattern>();
const patternsMax = 200;

/** @throws PatternError */
function compiled(pattern: string): LinearPattern {
  const known = patterns.get(pattern);
  if (known) return known;
  const fresh = linearPattern(toText(pattern));
  if (patterns.size >= patternsMax) patterns.clear();
  patterns.set(pattern, fresh);
  return fresh;
}
