import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTomlText } from '../../../../src/lib/config-file-toml.js';
import { tomlKey, tomlString, tomlText, tomlValue } from '../../../../templater/native/toml-text.js';

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('a', '"', "'", '\\', '\n', '\t', '\r', '\0', '{{.x}}', '\x7f', '"""', "'''"), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(texts, texts, (key, text) => {
      const written = `${tomlKey(key)} = ${tomlText(text)}\none = ${tomlString(text)}\nlist = ${tomlValue([text, key])}\n`;
      expect(Object.entries(parseTomlText(written))).toEqual(Object.entries({ [key]: text, one: text, list: [text, key] }));
    }),
    { examples: [['one two', 'a\n']] },
  );
});

test('lines are written as lines', () => {
  expect(tomlText('a "b"\nc\\d\n')).toBe(`'''\na "b"\nc\\d\n'''`);
});
