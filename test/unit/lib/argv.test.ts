import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlagError, HelpRequested, parseArguments } from '../../../src/lib/argv.js';

const table = {
  base64: { kind: 'bool', about: '' },
  shell: { kind: 'bool', fallback: true, about: '' },
  separator: { kind: 'string', fallback: '/', about: '' },
  port: { kind: 'int', about: '' },
  flags: { kind: 'uint64', about: '' },
  timeout: { kind: 'duration', about: '' },
  tag: { kind: 'list', about: '' },
  meta: { kind: 'map', about: '' },
  'node-meta': { kind: 'map', separator: ':', about: '' },
} as const;
const parse = (...argv: string[]) => parseArguments(table, argv);

test('flags that are not given have their fallback, or the zero value of their kind', () => {
  const { flags, given, words } = parse();
  expect(flags).toEqual({
    base64: false,
    shell: true,
    separator: '/',
    port: 0,
    flags: '0',
    timeout: 0,
    tag: [],
    meta: {},
    'node-meta': {},
  });
  expect(given.size).toBe(0);
  expect(words).toEqual([]);
});

test.each([
  { name: 'a value after "="', argv: ['-separator=:', 'k'], flags: { separator: ':' }, words: ['k'] },
  { name: 'a value as the next word', argv: ['-separator', ':', 'k'], flags: { separator: ':' }, words: ['k'] },
  { name: 'two dashes', argv: ['--separator', ':', '--base64', 'k'], flags: { separator: ':', base64: true }, words: ['k'] },
  { name: 'a value that looks like a flag', argv: ['-separator', '-base64'], flags: { separator: '-base64', base64: false }, words: [] },
  { name: 'an empty value', argv: ['-separator=', 'k'], flags: { separator: '' }, words: ['k'] },
  { name: 'a value with "=" in it', argv: ['-separator=a=b'], flags: { separator: 'a=b' }, words: [] },
  { name: 'a bool takes no value from the next word', argv: ['-base64', 'true'], flags: { base64: true }, words: ['true'] },
  { name: 'a bool switched off by "="', argv: ['-shell=F'], flags: { shell: false }, words: [] },
  { name: 'the first word ends the flags', argv: ['k', '-base64'], flags: { base64: false }, words: ['k', '-base64'] },
  { name: '"--" ends the flags', argv: ['--', '-base64'], flags: { base64: false }, words: ['-base64'] },
  { name: 'a lone "-" is a word', argv: ['-', '-base64'], flags: { base64: false }, words: ['-', '-base64'] },
  { name: 'an empty word is a word', argv: ['', '-base64'], flags: { base64: false }, words: ['', '-base64'] },
  { name: 'the last of a repeated value wins', argv: ['-port=1', '-port=2'], flags: { port: 2 }, words: [] },
  { name: 'a list collects', argv: ['-tag=a', '-tag', 'b', '-tag='], flags: { tag: ['a', 'b', ''] }, words: [] },
  { name: 'a map collects', argv: ['-meta=a=1', '-meta=b=x=y'], flags: { meta: { a: '1', b: 'x=y' } }, words: [] },
  { name: 'a map with a separator of its own', argv: ['-node-meta', 'a:b=c'], flags: { 'node-meta': { a: 'b=c' } }, words: [] },
  { name: 'numbers in other bases', argv: ['-port=0x10', '-flags=0b101'], flags: { port: 16, flags: '5' }, words: [] },
  { name: 'old octal and underscores', argv: ['-port=-017', '-flags=1_000'], flags: { port: -15, flags: '1000' }, words: [] },
  { name: 'no digit is lost', argv: ['-flags=18446744073709551615'], flags: { flags: '18446744073709551615' }, words: [] },
  { name: 'a duration in milliseconds', argv: ['-timeout=1m30s'], flags: { timeout: 90_000 }, words: [] },
])('$name', ({ argv, flags, words }) => {
  const parsed = parse(...argv);
  expect(parsed.flags).toMatchObject(flags);
  expect(parsed.words).toEqual(words);
});

test.each([
  { argv: ['-x'], text: 'flag provided but not defined: -x' },
  { argv: ['--x=1'], text: 'flag provided but not defined: -x' },
  { argv: ['-constructor'], text: 'flag provided but not defined: -constructor' },
  { argv: ['-port'], text: 'flag needs an argument: -port' },
  { argv: ['---base64'], text: 'bad flag syntax: ---base64' },
  { argv: ['-=x'], text: 'bad flag syntax: -=x' },
  { argv: ['--=x'], text: 'bad flag syntax: --=x' },
  { argv: ['-base64=yes'], text: 'invalid boolean value "yes" for -base64: parse error' },
  { argv: ['-base64='], text: 'invalid boolean value "" for -base64: parse error' },
  { argv: ['-port=a"b'], text: 'invalid value "a\\"b" for flag -port: parse error' },
  { argv: ['-port=99999999999999999999'], text: 'invalid value "99999999999999999999" for flag -port: value out of range' },
  { argv: ['-flags=-1'], text: 'invalid value "-1" for flag -flags: parse error' },
  { argv: ['-flags=18446744073709551616'], text: 'invalid value "18446744073709551616" for flag -flags: value out of range' },
  { argv: ['-timeout=10'], text: 'invalid value "10" for flag -timeout: time: missing unit in duration "10"' },
  { argv: ['-meta=a'], text: 'invalid value "a" for flag -meta: Missing "=" value in argument: a' },
])('$argv is refused: $text', ({ argv, text }) => {
  expect(() => parse(...argv)).toThrow(new FlagError(text));
});

describe('help', () => {
  test.each(['-h', '-help', '--help', '--h'])('%s asks for it', (word) => {
    expect(() => parse('-base64', word)).toThrow(HelpRequested);
  });
});

test('a flag named like a member of objects keeps to itself', () => {
  const odd = { constructor: { kind: 'string', about: '' } } as const;
  expect(parseArguments(odd, ['-constructor=x']).flags.constructor).toBe('x');
});

test('the order in which flags were given is kept', () => {
  const { occurrences, given } = parse('-tag=a', '-base64', '-tag', 'b');
  expect(occurrences).toEqual([
    { name: 'tag', text: 'a' },
    { name: 'base64', text: 'true' },
    { name: 'tag', text: 'b' },
  ]);
  expect(given).toEqual(new Set(['tag', 'base64']));
});

test('any values come through both spellings unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.boolean(), (tags, inline) => {
      const argv = tags.flatMap((tag) => (inline ? [`-tag=${tag}`] : ['-tag', tag]));
      expect(parse(...argv).flags.tag).toEqual(tags);
    }),
  );
});
