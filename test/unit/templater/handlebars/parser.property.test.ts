import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileHandlebars } from '../../../../templater/handlebars/handlebars-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';

const fragments = fc.constantFrom(
  ...[
    '{{',
    '}}',
    '{{{',
    '}}}',
    '{{#',
    '{{/',
    '{{^',
    '{{!--',
    '--}}',
    '{{> p',
    '{{#*inline "p"',
    '{{else}}',
    '{{~',
    '~}}',
    '\\',
    '"s"',
    "'",
  ],
  ...['if ', 'each ', 'with ', 'key "a"', 'lookup this "x"', 'x', '.x', '../x', '@key', 'as |a b|', 'default="d"', '=', '(', ')', '[', ']'],
  ...['1', 'true', 'null', ' ', '\n', 'text', 'printf "%d" 1', 'service "web"', '/if', '/each', 'this.__proto__', 'constructor'],
);
const text = fc.oneof(
  fc.array(fragments, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);

test('any text renders, or is a template error', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      try {
        const template = await compileHandlebars({ text: source, name: 'x', syntax: 'handlebars', dialect: 'both' });
        template.render(fakeSource({ kv: { a: 'v' } }), { x: 1 });
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
      }
    }),
    { numRuns: 3000 },
  );
});
