/** consul-template's functions on text. Where confd has the same name, the arguments come in another order. */
import { fromText, toText } from '../go-template/byte-string.js';
import { GoMap } from '../go-template/value.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { type Dialect, row } from './function-row.js';
import { repeatString, replaceString, splitString, stringList, trimCharacters, trimPrefix, trimSpace, trimSuffix } from './go-strings.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulTextFunctions = [
  row({
    name: 'join',
    dialects,
    usage: 'join SEPARATOR LIST',
    summary: 'the strings of a list, with the separator between them',
    parameters: ['string', '[]string'],
    call: (_, [separator, list]) => list.items.join(separator),
  }),
  row({
    name: 'split',
    dialects,
    usage: 'split SEPARATOR TEXT',
    summary: 'the parts between the separators, white space around the text left out; nothing for an empty text',
    parameters: ['string', 'string'],
    call: (_, [separator, text]) => {
      const trimmed = trimSpace(text);
      return stringList(trimmed === '' ? [] : splitString(trimmed, separator));
    },
  }),
  row({
    name: 'splitToMap',
    dialects,
    usage: 'splitToMap SEPARATOR INNER TEXT',
    summary: 'a map out of `a:1,b:2`',
    parameters: ['string', 'string', 'string'],
    call: (_, [separator, inner, text]) => splitToMap(text, { separator, inner }),
  }),
  row({
    name: 'trimSpace',
    dialects,
    usage: 'trimSpace TEXT',
    summary: 'without white space at both ends',
    parameters: ['string'],
    call: (_, [text]) => trimSpace(text),
  }),
  row({
    name: 'trim',
    dialects,
    usage: 'trim CHARACTERS TEXT',
    summary: 'without any of the characters at both ends',
    parameters: ['string', 'string'],
    call: (_, [cutset, text]) => trimCharacters(text, cutset),
  }),
  row({
    name: 'trimPrefix',
    dialects,
    usage: 'trimPrefix PREFIX TEXT',
    summary: 'without the prefix',
    parameters: ['string', 'string'],
    call: (_, [prefix, text]) => trimPrefix(text, prefix),
  }),
  row({
    name: 'trimSuffix',
    dialects,
    usage: 'trimSuffix SUFFIX TEXT',
    summary: 'without the suffix',
    parameters: ['string', 'string'],
    call: (_, [suffix, text]) => trimSuffix(text, suffix),
  }),
  row({
    name: 'replaceAll',
    dialects,
    usage: 'replaceAll OLD NEW TEXT',
    summary: 'every occurrence replaced',
    parameters: ['string', 'string', 'string'],
    call: (_, [old, by, text]) => replaceString(text, { old, by, limit: -1 }),
  }),
  row({
    name: 'toTitle',
    dialects,
    usage: 'toTitle TEXT',
    summary: 'every word capitalised',
    parameters: ['string'],
    call: (_, [text]) => titleCase(text),
  }),
  row({
    name: 'indent',
    dialects,
    usage: 'indent N TEXT',
    summary: 'every line that is not empty moved right by N blanks',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => {
      if (count < 0n) throw new Error('indent value must be a positive integer');
      const margin = repeatString(' ', Number(count));
      return text.replace(/(?<=^|\n)(?=[^\n])/g, margin);
    },
  }),
  row({
    name: 'base64URLEncode',
    dialects,
    usage: 'base64URLEncode TEXT',
    summary: 'in base64 with the alphabet for URLs',
    parameters: ['string'],
    call: (_, [text]) => encodeBase64(text, 'url'),
  }),
  row({
    name: 'base64Decode',
    dialects,
    usage: 'base64Decode TEXT',
    summary: 'out of base64',
    parameters: ['string'],
    call: (_, [text]) => decoded(text, 'base64Decode'),
  }),
  row({
    name: 'base64URLDecode',
    dialects,
    usage: 'base64URLDecode TEXT',
    summary: 'out of base64 with the alphabet for URLs',
    parameters: ['string'],
    call: (_, [text]) => decoded(text, 'base64URLDecode'),
  }),
];

function decoded(text: string, caller: 'base64Decode' | 'base64URLDecode'): string {
  try {
    return decodeBase64(text, caller === 'base64Decode' ? 'standard' : 'url');
  } catch (error) {
    throw new Error(`${caller}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function splitToMap(text: string, { separator, inner }: { separator: string; inner: string }): GoMap {
  const entries = new Map<string, string>();
  const trimmed = trimSpace(text);
  if (trimmed === '') return new GoMap(entries);
  for (const pair of splitString(trimmed, separator)) {
    const at = pair.indexOf(inner);
    entries.set(at < 0 ? pair : pair.slice(0, at), at < 0 ? '' : pair.slice(at + inner.length));
  }
  return new GoMap(entries);
}

/** An apostrophe does not end a word. */
function titleCase(text: string): string {
  return fromText(
    toText(text).replace(/[\p{L}\p{N}\p{M}'’_]+/gu, (word) => {
      const [first = '', ...rest] = word;
      return first.toUpperCase() + rest.join('').toLowerCase();
    }),
  );
}
