/** confd's functions on text, numbers and paths. */

import { existsSync } from 'node:fs';
import { toText } from '../go-template/byte-string.js';
import { quote } from '../go-template/quote.js';
import { GoList } from '../go-template/value.js';
import { decodeBase64 } from './base64.js';
import { type Dialect, row } from './function-row.js';
import { int64Range, nonZero, parseBoolean, parseDecimal, wrapInt } from './go-numbers.js';
import { basePath, parentPath } from './go-path.js';
import { repeatString, replaceString, splitString, stringList, trimPrefix, trimSuffix } from './go-strings.js';
import { camelCase, wordsJoined } from './words.js';

const dialects: readonly Dialect[] = ['confd'];

export const confdStringFunctions = [
  row({
    name: 'base',
    dialects,
    usage: 'base PATH',
    summary: 'the last element of a path',
    parameters: ['string'],
    call: (_, [path]) => basePath(path),
  }),
  row({
    name: 'dir',
    dialects,
    usage: 'dir PATH',
    summary: 'all but the last element of a path',
    parameters: ['string'],
    call: (_, [path]) => parentPath(path),
  }),
  row({
    name: 'split',
    dialects,
    usage: 'split TEXT SEPARATOR',
    summary: 'the parts between the separators',
    parameters: ['string', 'string'],
    call: (_, [text, separator]) => stringList(splitString(text, separator)),
  }),
  row({
    name: 'join',
    dialects,
    usage: 'join LIST SEPARATOR',
    summary: 'the strings of a list, with the separator between them',
    parameters: ['[]string', 'string'],
    call: (_, [list, separator]) => list.items.join(separator),
  }),
  row({
    name: 'replace',
    dialects,
    usage: 'replace TEXT OLD NEW N',
    summary: 'the first N occurrences replaced; N below 0 means all',
    parameters: ['string', 'string', 'string', 'int'],
    call: (_, [text, old, by, limit]) => replaceString(text, { old, by, limit: Number(limit) }),
  }),
  row({
    name: 'contains',
    dialects,
    usage: 'contains TEXT PART',
    summary: 'whether the text holds the part',
    parameters: ['string', 'string'],
    call: (_, [text, part]) => text.includes(part),
  }),
  row({
    name: 'trimSuffix',
    dialects,
    usage: 'trimSuffix TEXT SUFFIX',
    summary: 'without the suffix',
    parameters: ['string', 'string'],
    call: (_, [text, suffix]) => trimSuffix(text, suffix),
  }),
  row({
    name: 'trimPrefix',
    dialects,
    usage: 'trimPrefix TEXT PREFIX',
    summary: 'without the prefix',
    parameters: ['string', 'string'],
    call: (_, [text, prefix]) => trimPrefix(text, prefix),
  }),
  row({
    name: 'repeat',
    dialects,
    usage: 'repeat N TEXT',
    summary: 'the text N times',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => repeatString(text, Number(count)),
  }),
  row({
    name: 'nospace',
    dialects,
    usage: 'nospace TEXT',
    summary: 'without any white space',
    parameters: ['string'],
    call: (_, [text]) => text.replace(/[\t\n\v\f\r ]+/g, ''),
  }),
  row({
    name: 'snakecase',
    dialects,
    usage: 'snakecase TEXT',
    summary: 'words in small letters joined by `_`',
    parameters: ['string'],
    call: (_, [text]) => wordsJoined(text, '_'),
  }),
  row({
    name: 'kebabcase',
    dialects,
    usage: 'kebabcase TEXT',
    summary: 'words in small letters joined by `-`',
    parameters: ['string'],
    call: (_, [text]) => wordsJoined(text, '-'),
  }),
  row({
    name: 'camelcase',
    dialects,
    usage: 'camelcase TEXT',
    summary: 'words joined, from the second on capitalised',
    parameters: ['string'],
    call: (_, [text]) => camelCase(text),
  }),
  row({
    name: 'quote',
    dialects,
    usage: 'quote TEXT',
    summary: 'in double quotes, as Go source',
    parameters: ['string'],
    call: (_, [text]) => quote(text),
  }),
  row({
    name: 'squote',
    dialects,
    usage: 'squote TEXT',
    summary: 'in single quotes, inner ones doubled',
    parameters: ['string'],
    call: (_, [text]) => `'${text.replaceAll("'", "''")}'`,
  }),
  row({
    name: 'indent',
    dialects,
    usage: 'indent N TEXT',
    summary: 'every line moved right by N blanks, empty ones too',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => indent(text, count),
  }),
  row({
    name: 'nindent',
    dialects,
    usage: 'nindent N TEXT',
    summary: 'as indent, on a new line',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => `\n${indent(text, count)}`,
  }),
  row({
    name: 'base64Decode',
    dialects,
    usage: 'base64Decode TEXT',
    summary: 'out of base64, padding required',
    parameters: ['string'],
    call: (_, [text]) => decodeBase64(text, 'standard'),
  }),
  row({
    name: 'parseBool',
    dialects,
    usage: 'parseBool TEXT',
    summary: '1, t, true and 0, f, false in their usual spellings; anything else is an error',
    parameters: ['string'],
    call: (_, [text]) => parseBoolean(text),
  }),
  row({
    name: 'atoi',
    dialects,
    usage: 'atoi TEXT',
    summary: 'decimal text to int',
    parameters: ['string'],
    call: (_, [text]) => parseDecimal(text, 'Atoi', int64Range),
  }),
  row({ name: 'add', dialects, usage: 'add A B', summary: 'A + B', parameters: ['int', 'int'], call: (_, [a, b]) => wrapInt(a + b) }),
  row({ name: 'sub', dialects, usage: 'sub A B', summary: 'A - B', parameters: ['int', 'int'], call: (_, [a, b]) => wrapInt(a - b) }),
  row({ name: 'mul', dialects, usage: 'mul A B', summary: 'A * B', parameters: ['int', 'int'], call: (_, [a, b]) => wrapInt(a * b) }),
  row({
    name: 'div',
    dialects,
    usage: 'div A B',
    summary: 'A / B without the fraction',
    parameters: ['int', 'int'],
    call: (_, [a, b]) => wrapInt(a / nonZero(b)),
  }),
  row({
    name: 'mod',
    dialects,
    usage: 'mod A B',
    summary: 'the remainder of A / B',
    parameters: ['int', 'int'],
    call: (_, [a, b]) => a % nonZero(b),
  }),
  row({
    name: 'seq',
    dialects,
    usage: 'seq A B',
    summary: 'the ints from A to B, both included',
    parameters: ['int', 'int'],
    call: (_, [from, to]) => sequence(from, to),
  }),
  row({
    name: 'fileExists',
    dialects,
    usage: 'fileExists PATH',
    summary: 'whether there is such a file on this machine',
    parameters: ['string'],
    call: (_, [path]) => existsSync(toText(path)),
  }),
];

function indent(text: string, count: bigint): string {
  const margin = repeatString(' ', Math.max(0, Number(count)));
  return margin + text.replaceAll('\n', `\n${margin}`);
}

/** More would be a slip of the pen, and takes the machine's memory. */
const sequenceMax = 10_000_000n;

function sequence(from: bigint, to: bigint): GoList {
  if (to - from >= sequenceMax) throw new RangeError(`seq makes more than ${sequenceMax} numbers`);
  const items: bigint[] = [];
  for (let value = from; value <= to; value++) items.push(value);
  return new GoList(items, '[]int');
}
