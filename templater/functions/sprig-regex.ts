/** Sprig's regular expressions, in RE2's syntax. */
import { PatternError } from '../../src/lib/linear-pattern.js';
import { fromText, toText } from '../go-template/byte-string.js';
import type { FunctionRow } from './function-row.js';
import { stringList } from './go-strings.js';
import { compiledPattern } from './patterns.js';
import { sprig, withAliases } from './sprig-row.js';

export const sprigRegexFunctions: readonly FunctionRow[] = [
  sprig({
    usage: 'regexMatch PATTERN TEXT',
    summary: 'whether the pattern matches anywhere in the text; false for a pattern that is none',
    parameters: ['string', 'string'],
    call: (_, [pattern, text]) => matchesOrNot(pattern, text),
  }),
  sprig({
    usage: 'mustRegexMatch PATTERN TEXT',
    summary: 'the same; a pattern that is none is an error',
    parameters: ['string', 'string'],
    call: (_, [pattern, text]) => compiledPattern(pattern).test(toText(text)),
  }),
  ...withAliases(
    sprig({
      usage: 'regexFind PATTERN TEXT',
      summary: 'the first match, "" when there is none',
      parameters: ['string', 'string'],
      call: (_, [pattern, text]) => fromText(compiledPattern(pattern).find(toText(text)) ?? ''),
    }),
    'mustRegexFind',
  ),
  ...withAliases(
    sprig({
      usage: 'regexFindAll PATTERN TEXT N',
      summary: 'a list of the matches, N at most; N below 0 means all',
      parameters: ['string', 'string', 'int'],
      call: (_, [pattern, bytes, most]) => {
        const text = toText(bytes);
        const spans = compiledPattern(pattern).spans(text, most < 0n ? Number.POSITIVE_INFINITY : Number(most));
        return stringList(spans.map(([start, end]) => fromText(text.slice(start, end))));
      },
    }),
    'mustRegexFindAll',
  ),
  ...withAliases(
    sprig({
      usage: 'regexReplaceAll PATTERN TEXT REPLACEMENT',
      summary: 'every match replaced; `$1` is its first group, `$name` one with a name',
      parameters: ['string', 'string', 'string'],
      call: (_, [pattern, text, replacement]) => fromText(compiledPattern(pattern).replaceAll(toText(text), toText(replacement))),
    }),
    'mustRegexReplaceAll',
  ),
  ...withAliases(
    sprig({
      usage: 'regexReplaceAllLiteral PATTERN TEXT REPLACEMENT',
      summary: 'every match replaced by exactly this text',
      parameters: ['string', 'string', 'string'],
      call: (_, [pattern, text, replacement]) =>
        fromText(compiledPattern(pattern).replaceAll(toText(text), toText(replacement).replaceAll('$', '$$$$'))),
    }),
    'mustRegexReplaceAllLiteral',
  ),
  ...withAliases(
    sprig({
      usage: 'regexSplit PATTERN TEXT N',
      summary: 'the parts between the matches, N at most; N below 0 means all',
      parameters: ['string', 'string', 'int'],
      call: (_, [pattern, text, most]) => stringList(splitText(pattern, toText(text), Number(most)).map(fromText)),
    }),
    'mustRegexSplit',
  ),
  sprig({
    usage: 'regexQuoteMeta TEXT',
    summary: 'a pattern that matches exactly this text',
    parameters: ['string'],
    call: (_, [text]) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
  }),
];

function matchesOrNot(pattern: string, text: string): boolean {
  try {
    return compiledPattern(pattern).test(toText(text));
  } catch (error) {
    if (error instanceof PatternError) return false; // As Sprig: `mustRegexMatch` is the one that says why.
    throw error;
  }
}

function splitText(pattern: string, text: string, most: number): string[] {
  if (most === 0) return [];
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let [from, to] = [0, 0];
  for (const [start, end] of compiledPattern(pattern).spans(text, most < 0 ? Number.POSITIVE_INFINITY : most)) {
    if (most > 0 && parts.length === most - 1) break;
    to = start;
    if (end !== 0) parts.push(text.slice(from, to));
    from = end;
  }
  if (to !== text.length) parts.push(text.slice(from));
  return parts;
}
