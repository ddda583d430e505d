import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonError } from '../../../src/lib/json-syntax.js';

test.each([
  { json: '{"a": ', text: 'unexpected end of JSON input', offset: 6 },
  { json: '   \n', text: 'unexpected end of JSON input', offset: 4 },
  { json: '{} more', text: "invalid character 'm' after top-level value", offset: 3 },
  { json: '{ // no', text: "invalid character '/' looking for beginning of object key string", offset: 2 },
  { json: '{"a" 1}', text: "invalid character '1' after object key", offset: 5 },
  { json: '{"a": 1 "b"', text: `invalid character '"' after object key:value pair`, offset: 8 },
  { json: '[1 2]', text: "invalid character '2' after array element", offset: 3 },
  { json: '["\\x"]', text: "invalid character 'x' in string escape code", offset: 3 },
  { json: '["a\nb"]', text: "invalid character '\\n' in string literal", offset: 3 },
  { json: 'tru!', text: "invalid character '!' in literal true (expecting 'e')", offset: 3 },
  { json: '-x', text: "invalid character 'x' in numeric literal", offset: 1 },
  { json: '1.x', text: "invalid character 'x' after decimal point in numeric literal", offset: 2 },
])('$json', ({ json, text, offset }) => {
  expect(findJsonError(json)).toEqual({ text, offset });
});

test('it finds a mistake exactly where JSON.parse refuses', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '1', '-', '.5', 'e3', 'true', 'null', ' ', '\\', '01');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((pieces) => pieces.join('')),
        fc.json(),
      ),
      (json) => {
        let isJson = true;
        try {
          JSON.parse(json);
        } catch {
          isJson = false;
        }
        expect(findJsonError(json) === null).toBe(isJson);
      },
    ),
    { numRuns: 2000 },
  );
});
