/** Functions with regular expressions in RE2's syntax. The two dialects order their arguments differently. */
import { fromText, toText } from '../go-template/byte-string.js';
import { row } from './function-row.js';
import { compiledPattern as compiled } from './patterns.js';

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
