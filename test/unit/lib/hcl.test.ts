import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigFileError } from '../../../src/lib/config-file.js';
import { parseHclText } from '../../../src/lib/hcl.js';

test.each([
  {
    name: 'scalars of every kind',
    text: 'a = "x"\nb = true\nc = -1.5\nd = 0x10\ne = 010',
    data: { a: 'x', b: true, c: -1.5, d: 16, e: 8 },
  },
  {
    name: 'a block, an assigned map and repeated blocks',
    text: 'p { a = 1 }\nq = { a = 2 }\np { b = 3 }',
    data: { p: [{ a: 1 }, { b: 3 }], q: [{ a: 2 }] },
  },
  { name: 'a label is a map in the map', text: 'service "web" { port = 1 }', data: { service: [{ web: [{ port: 1 }] }] } },
  { name: 'lists, commas, maps inside', text: 'l = [1, "two", { a = true }, ]', data: { l: [1, 'two', { a: true }] } },
  { name: 'one line', text: 'service { name = "frag" port = 7 }', data: { service: [{ name: 'frag', port: 7 }] } },
  { name: 'three kinds of comment', text: '# one\n// two\n/* three\n*/ a = 1 # tail', data: { a: 1 } },
  {
    name: 'here-documents',
    text: 'a = <<EOT\nline one\n  two\nEOT\nb = <<-END\n    x\n      y\n    END\n',
    data: { a: 'line one\n  two\n', b: 'x\n  y\n' },
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: HCL's interpolation, not ours
  { name: 'escapes, and interpolation that stays', text: 'a = "q\\"\\n\\u00e9 ${x("y")}"', data: { a: 'q"\né ${x("y")}' } },
  { name: 'quoted keys', text: '"a b" = 1', data: { 'a b': 1 } },
  { name: 'JSON, which HCL includes', text: ' {"a": {"b": 1}}', data: { a: { b: 1 } } },
  { name: 'a key that is a name of JavaScript', text: '__proto__ { a = 1 }', data: Object.fromEntries([['__proto__', [{ a: 1 }]]]) },
])('$name', ({ text, data }) => {
  expect(parseHclText(text)).toEqual(data);
});

test.each([
  { text: 'a = 1\nserver\n', error: "At 3:1: key 'server' expected start of object ('{') or assignment ('=')" },
  { text: 'node_name "x"\n', error: `key 'node_name "x"' expected start of object ('{') or assignment ('=')` },
  { text: 'a = "x\n', error: 'At 1:5: literal not terminated' },
  { text: 'a = <<EOT\nx', error: 'At 1:5: heredoc not terminated' },
  { text: 'service {', error: 'object expected closing RBRACE got: EOF' },
  { text: 'a = [1 2]', error: 'error parsing list, expected comma or list end' },
  { text: 'a = maybe', error: 'Unknown token: 1:5 IDENT maybe' },
])('refused: $text', ({ text, error }) => {
  expect(() => parseHclText(text)).toThrow(error);
});

test('any text is data or an error of ours, never anything else', () => {
  const word = fc.constantFrom('a', '"b"', '=', '{', '}', '[', ']', ',', '1', 'true', '<<E\n', '\nE\n', '#', '/*', '\\', '"', '${');
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 4 }))), (words) => {
      try {
        parseHclText(words.join(' '));
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigFileError);
      }
    }),
    { numRuns: 1000 },
  );
});
