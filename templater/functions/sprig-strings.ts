/** Sprig's functions on text: cutting, joining, quoting, case. */
import { fromText, toText } from '../go-template/byte-string.js';
import { quote } from '../go-template/quote.js';
import { GoMap } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import {
  lowerCase,
  repeatString,
  replaceString,
  splitString,
  stringList,
  trimCharacters,
  trimPrefix,
  trimSpace,
  trimSuffix,
  upperCase,
} from './go-strings.js';
import { sprig, untyped, withAliases } from './sprig-row.js';
import { isNil, textOf, textsOf } from './sprig-values.js';
import { abbreviate, camelWords, capitalizeWords, initials, joinedWords, swapCase, uncapitalizeWords, wrapText } from './sprig-words.js';

const strings = 'map[string]string';

export const sprigStringFunctions: readonly FunctionRow[] = [
  sprig({ usage: 'trim TEXT', summary: 'without white space at both ends', parameters: ['string'], call: (_, [text]) => trimSpace(text) }),
  ...withAliases(
    sprig({
      usage: 'trimAll CHARACTERS TEXT',
      summary: 'without any of the characters at both ends',
      parameters: ['string', 'string'],
      call: (_, [cutset, text]) => trimCharacters(text, cutset),
    }),
    'trimall',
  ),
  sprig({
    usage: 'trimPrefix PREFIX TEXT',
    summary: 'without the prefix',
    parameters: ['string', 'string'],
    call: (_, [prefix, text]) => trimPrefix(text, prefix),
  }),
  sprig({
    usage: 'trimSuffix SUFFIX TEXT',
    summary: 'without the suffix',
    parameters: ['string', 'string'],
    call: (_, [suffix, text]) => trimSuffix(text, suffix),
  }),
  sprig({ usage: 'upper TEXT', summary: 'in capitals', parameters: ['string'], call: (_, [text]) => upperCase(text) }),
  sprig({ usage: 'lower TEXT', summary: 'in small letters', parameters: ['string'], call: (_, [text]) => lowerCase(text) }),
  sprig({
    usage: 'title TEXT',
    summary: 'the first letter of every word a capital, the others as they are',
    parameters: ['string'],
    call: (_, [text]) => capitalizeWords(text),
  }),
  sprig({
    usage: 'untitle TEXT',
    summary: 'the first letter of every word small',
    parameters: ['string'],
    call: (_, [text]) => uncapitalizeWords(text),
  }),
  sprig({
    usage: 'swapcase TEXT',
    summary: 'capitals small and small letters capitals',
    parameters: ['string'],
    call: (_, [text]) => swapCase(text),
  }),
  sprig({
    usage: 'snakecase TEXT',
    summary: 'words in small letters joined by `_`',
    parameters: ['string'],
    call: (_, [text]) => joinedWords(text, '_'),
  }),
  sprig({
    usage: 'kebabcase TEXT',
    summary: 'words in small letters joined by `-`',
    parameters: ['string'],
    call: (_, [text]) => joinedWords(text, '-'),
  }),
  sprig({
    usage: 'camelcase TEXT',
    summary: 'words joined, each capitalised: `http_server` is HttpServer',
    parameters: ['string'],
    call: (_, [text]) => camelWords(text),
  }),
  sprig({ usage: 'initials TEXT', summary: 'the first letters of the words', parameters: ['string'], call: (_, [text]) => initials(text) }),
  sprig({
    usage: 'nospace TEXT',
    summary: 'without any white space',
    parameters: ['string'],
    call: (_, [text]) => fromText(toText(text).replace(/[\s\u0085]+/gu, '')),
  }),
  sprig({
    usage: 'abbrev WIDTH TEXT',
    summary: 'cut to the width, with `...` at the end',
    parameters: ['int', 'string'],
    call: (_, [width, text]) => (width < 4n ? text : abbreviate(text, 0, Number(width))),
  }),
  sprig({
    usage: 'abbrevboth FROM WIDTH TEXT',
    summary: 'cut at both ends, with `...` there',
    parameters: ['int', 'int', 'string'],
    call: (_, [from, width, text]) => (width < 4n || (from > 0n && width < 7n) ? text : abbreviate(text, Number(from), Number(width))),
  }),
  sprig({
    usage: 'trunc N TEXT',
    summary: 'the first N bytes; the last ones when N is negative',
    parameters: ['int', 'string'],
    call: (_, [count, text]) =>
      count < 0n ? (BigInt(text.length) + count > 0n ? text.slice(Number(count)) : text) : text.slice(0, Number(count)),
  }),
  sprig({
    usage: 'substr FROM TO TEXT',
    summary: 'the bytes from one position to the one before another; negative means from the start, to the end',
    parameters: ['int', 'int', 'string'],
    call: (_, [from, to, text]) => substring(text, Number(from), Number(to)),
  }),
  sprig({
    usage: 'repeat N TEXT',
    summary: 'the text N times',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => {
      if (count < 0n) throw new Error('strings: negative Repeat count');
      return repeatString(text, Number(count));
    },
  }),
  sprig({
    usage: 'replace OLD NEW TEXT',
    summary: 'every occurrence replaced',
    parameters: ['string', 'string', 'string'],
    call: (_, [old, by, text]) => replaceString(text, { old, by, limit: -1 }),
  }),
  sprig({
    usage: 'contains PART TEXT',
    summary: 'whether the text holds the part',
    parameters: ['string', 'string'],
    call: (_, [part, text]) => text.includes(part),
  }),
  sprig({
    usage: 'hasPrefix PREFIX TEXT',
    summary: 'whether the text begins so',
    parameters: ['string', 'string'],
    call: (_, [prefix, text]) => text.startsWith(prefix),
  }),
  sprig({
    usage: 'hasSuffix SUFFIX TEXT',
    summary: 'whether the text ends so',
    parameters: ['string', 'string'],
    call: (_, [suffix, text]) => text.endsWith(suffix),
  }),
  sprig({
    usage: 'quote A…',
    summary: 'each in double quotes, blanks between; nil is left out',
    parameters: [],
    rest: untyped,
    call: (_, __, values) =>
      values
        .filter((value) => !isNil(value))
        .map((value) => quote(textOf(value)))
        .join(' '),
  }),
  sprig({
    usage: 'squote A…',
    summary: 'each in single quotes, blanks between; nil is left out',
    parameters: [],
    rest: untyped,
    call: (_, __, values) =>
      values
        .filter((value) => !isNil(value))
        .map((value) => `'${textOf(value)}'`)
        .join(' '),
  }),
  sprig({
    usage: 'cat A…',
    summary: 'all of them with blanks between; nil is left out',
    parameters: [],
    rest: untyped,
    call: (_, __, values) =>
      values
        .filter((value) => !isNil(value))
        .map(textOf)
        .join(' '),
  }),
  sprig({
    usage: 'indent N TEXT',
    summary: 'every line moved right by N blanks, empty ones too',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => indented(text, Number(count)),
  }),
  sprig({
    usage: 'nindent N TEXT',
    summary: 'as indent, on a new line',
    parameters: ['int', 'string'],
    call: (_, [count, text]) => `\n${indented(text, Number(count))}`,
  }),
  sprig({
    usage: 'plural ONE MANY N',
    summary: 'the first for 1, else the second',
    parameters: ['string', 'string', 'int'],
    call: (_, [one, many, count]) => (count === 1n ? one : many),
  }),
  sprig({
    usage: 'wrap WIDTH TEXT',
    summary: 'lines broken at blanks; longer words stay whole',
    parameters: ['int', 'string'],
    call: (_, [width, text]) => wrapText(text, { width: Number(width), newline: '\n', breaksWords: false }),
  }),
  sprig({
    usage: 'wrapWith WIDTH NEWLINE TEXT',
    summary: 'the same with another line end; longer words are broken',
    parameters: ['int', 'string', 'string'],
    call: (_, [width, newline, text]) => wrapText(text, { width: Number(width), newline: newline || '\n', breaksWords: true }),
  }),
  sprig({ usage: 'toString A', summary: 'its text', parameters: [untyped], call: (_, [value]) => textOf(value) }),
  sprig({
    usage: 'toStrings LIST',
    summary: 'the texts of its elements; nil is left out',
    parameters: [untyped],
    call: (_, [value]) => stringList(textsOf(value)),
  }),
  sprig({
    usage: 'join SEPARATOR LIST',
    summary: 'the texts of its elements with the separator between them',
    parameters: ['string', untyped],
    call: (_, [separator, list]) => textsOf(list).join(separator),
  }),
  sprig({
    usage: 'split SEPARATOR TEXT',
    summary: 'a map of the parts: `_0`, `_1`, …',
    parameters: ['string', 'string'],
    call: (_, [separator, text]) => numbered(splitString(text, separator)),
  }),
  sprig({
    usage: 'splitn SEPARATOR N TEXT',
    summary: 'the same, N parts at most',
    parameters: ['string', 'int', 'string'],
    call: (_, [separator, most, text]) => numbered(splitAtMost(text, separator, Number(most))),
  }),
  sprig({
    usage: 'splitList SEPARATOR TEXT',
    summary: 'a list of the parts',
    parameters: ['string', 'string'],
    call: (_, [separator, text]) => stringList(splitString(text, separator)),
  }),
  sprig({ usage: 'hello', summary: 'Hello!', parameters: [], call: () => 'Hello!' }),
];

function substring(text: string, from: number, to: number): string {
  if (from > text.length || (from >= 0 && to >= 0 && to < from)) throw new Error(`slice bounds out of range [${from}:${to}]`);
  return from < 0 ? text.slice(0, Math.max(0, to)) : text.slice(from, to < 0 ? undefined : to);
}

function indented(text: string, count: number): string {
  const margin = repeatString(' ', count);
  return margin + text.replaceAll('\n', () => `\n${margin}`);
}

function splitAtMost(text: string, separator: string, most: number): string[] {
  const parts = splitString(text, separator);
  if (most < 0 || parts.length <= most) return parts;
  return most === 0 ? [] : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, i) => [`_${i}`, part])), strings);
}
