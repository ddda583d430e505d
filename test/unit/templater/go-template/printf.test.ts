import { describe, expect, test } from 'vitest';
import { formatFloat } from '../../../../templater/go-template/format/float.js';
import { sprint, sprintf, sprintln } from '../../../../templater/go-template/format/printf.js';
import { GoComplex, GoInteger, GoList, GoMap, GoStruct, type GoValue } from '../../../../templater/go-template/value.js';

const pair = { name: 'memkv.KVPair', pointer: false, fields: new Map([['Key', 'string']]) };
const node = { name: 'dependency.Node', pointer: true, fields: new Map([['Node', 'string']]) };

// Expected texts are what Go's fmt prints for the same values.
test.each<{ name: string; format: string; values: GoValue[]; output: string }>([
  {
    name: 'a float rounds half to even on its exact value',
    format: '%.0f %.0f %.0f %.2f',
    values: [0.5, 1.5, 2.5, 2.675],
    output: '0 2 2 2.67',
  },
  { name: 'large floats have all their digits', format: '%.1f', values: [1e22], output: '10000000000000000000000.0' },
  { name: '%e has two digits of exponent', format: '%e %.2E', values: [123456.789, 0.00012], output: '1.234568e+05 1.20E-04' },
  {
    name: '%g takes the shortest form',
    format: '%g %g %g %.3g',
    values: [1e21, 0.0001, 100000, 1234.5678],
    output: '1e+21 0.0001 100000 1.23e+03',
  },
  { name: '%#g keeps trailing zeros', format: '%#g %#.3g', values: [1.5, 2], output: '1.50000 2.00' },
  { name: 'hexadecimal and binary floats', format: '%x %b', values: [1.5, 1], output: '0x1.8p+00 4503599627370496p-52' },
  { name: 'infinities and NaN take no zeros', format: '%08.2f|%+f|%5v', values: [Infinity, NaN, -Infinity], output: '    +Inf|+NaN| -Inf' },
  { name: 'zero padding stands behind the sign', format: '%+06.1f|%06d|% d', values: [2.5, -42n, 7n], output: '+002.5|-00042| 7' },
  { name: 'precision of an integer is a number of digits', format: '%.5d|%8.3d|%.0d|', values: [42n, 7n, 0n], output: '00042|     007||' },
  { name: 'bases with prefixes', format: '%#b %#o %#x %#X %O', values: [5n, 8n, 255n, 255n, 8n], output: '0b101 010 0xff 0XFF 0o10' },
  {
    name: 'code points',
    format: '%c %q %U %#U',
    values: [0x1f680n, 10n, 0x1f680n, 0xe9n],
    output: "\xf0\x9f\x9a\x80 '\\n' U+1F680 U+00E9 '\xc3\xa9'",
  },
  { name: 'what is no code point is U+FFFD', format: '%c%q', values: [-1n, 0x110000n], output: "\xef\xbf\xbd'\xef\xbf\xbd'" },
  { name: 'a string that is no UTF-8 is quoted by bytes', format: '%q', values: ['a\xff'], output: '"a\\xff"' },
  { name: '%s of other types is said', format: '%s %s %d', values: [1n, true, 'x'], output: '%!s(int=1) %!s(bool=true) %!d(string=x)' },
  {
    name: 'verbs go through lists and maps',
    format: '%d %q %x',
    values: [new GoList([1n, 2n]), new GoMap(new Map([['k', 'v']])), new GoList(['a'])],
    output: '[1 2] map["k":"v"] [61]',
  },
  {
    name: 'typed integers',
    format: '%v %T %#v',
    values: [new GoInteger('uint8', 7n), new GoInteger('int64', 7n), new GoInteger('uint8', 7n)],
    output: '7 int64 0x7',
  },
  { name: 'complex numbers', format: '%v %.1f', values: [new GoComplex(1, -2), new GoComplex(0, 1)], output: '(1-2i) (0.0+1.0i)' },
  {
    name: 'structs',
    format: '%v %+v %#v',
    values: [new GoStruct(pair, { Key: 'k' }), new GoStruct(pair, { Key: 'k' }), new GoStruct(pair, { Key: 'k' })],
    output: '{k} {Key:k} memkv.KVPair{Key:"k"}',
  },
  {
    name: 'pointers to structs, nil ones too',
    format: '%v %v',
    values: [new GoStruct(node, { Node: 'n' }), new GoStruct(node, null)],
    output: '&{n} <nil>',
  },
  { name: 'numbered operands', format: '%[2]d %[1]d %d', values: [1n, 2n], output: '2 1 2' },
  { name: 'a number for the star', format: '%[3]*.[2]*[1]f|', values: [12, 2n, 6n], output: ' 12.00|' },
  { name: 'a bad number', format: '%[0]d %[9]d', values: [1n], output: '%!d(BADINDEX) %!d(BADINDEX)' },
  { name: 'a width that is too large', format: '<%-2147483648d>', values: [42n], output: '<%!(NOVERB)%!(EXTRA int=42)' },
  { name: 'a precision that is too large', format: '%.2147483648d', values: [42n], output: '%!(NOVERB)%!(EXTRA int=42)' },
  { name: 'a bad width or precision', format: '%*d %.*d', values: ['x', 1n, 'y', 2n], output: '%!(BADWIDTH)1 %!(BADPREC)2' },
  { name: 'too many and too few', format: '%d', values: [1n, 'a', null], output: '1%!(EXTRA string=a, <nil>)' },
  { name: 'a multi-byte verb', format: '%\xc3\xa9', values: [1n], output: '%!\xc3\xa9(int=1)' },
])('$name', ({ format, values, output }) => {
  expect(sprintf(format, values)).toBe(output);
});

describe('print and println', () => {
  test('print puts blanks between operands that are no strings', () => {
    expect(sprint(['a', 1n, 2n, 'b', 'c', 3.5])).toBe('a1 2bc3.5');
  });

  test('println puts them everywhere', () => {
    expect(sprintln(['a', 1n, null])).toBe('a 1 <nil>\n');
  });
});

test.each([
  [999999, '999999'],
  [1e6, '1e+06'],
  [0.00001, '1e-05'],
  [123456.789, '123456.789'],
  [5e-324, '5e-324'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [-0, '-0'],
])('%d in its shortest form is %s', (value, text) => {
  expect(formatFloat(value, 'g', -1)).toBe(text);
});
