import { expect, test } from 'vitest';
import { compileHandlebars } from '../../../../templater/handlebars/handlebars-engine.js';
import { type FakeContents, fakeSource } from '../fake-source.js';

const contents: FakeContents = { keys: { 'app/name': 'web' }, kv: { a: 'v', empty: '' }, environment: { HOME: '/root' } };

async function render(text: string, source = fakeSource(contents)): Promise<{ output: string; missing: number }> {
  const template = await compileHandlebars({ text, name: 'x.hbs', syntax: 'handlebars', dialect: 'both' });
  const { bytes, missing } = template.render(source);
  return { output: Buffer.from(bytes).toString(), missing: missing.length };
}

test.each([
  ['{{key "a" default="d"}}', 'v', 0],
  ['{{key "none" default="d"}}', 'd', 0],
  ['{{key "empty" default="d"}}|', '|', 0],
  ['{{key "none"}}|', '|', 1],
  ['{{key "none" required=false}}|', '|', 0],
  ['{{getv "/app/name" default="d"}} {{getv "/none" default=8}}', 'web 8', 0],
  ['{{getv "/none" required=false}}|', '|', 0],
  ['{{env "HOME" default="d"}} {{env "NONE" default="d"}} {{mustEnv "NONE" default="d"}}', '/root d d', 0],
  ['{{#service "none" required=false}}x{{else}}none{{/service}}', 'none', 0],
  ['{{toUpper (key "none" default="d")}}', 'D', 0],
])('%s', async (text, output, missing) => {
  expect(await render(text)).toEqual({ output, missing });
});

test.each([
  ['a\n {{key "none" required=true}}', 'template: x.hbs:2:1: key: none is required, and there is nothing'],
  ['{{#service "none" required=true}}x{{/service}}', 'template: x.hbs:1:0: service: none is required, and there is nothing'],
  ['{{env "NONE" required=true}}', 'template: x.hbs:1:0: env: NONE is required, and there is nothing'],
  ['{{key "a" fallback="d"}}', 'template: x.hbs:1:0: key: takes no argument named "fallback"; there are default and required'],
  ['{{key "a" required="yes"}}', 'template: x.hbs:1:0: key: required must be true or false'],
  ['{{toUpper "a" default="d"}}', 'template: x.hbs:1:0: toUpper: takes no named arguments'],
])('%s fails', async (text, message) => {
  await expect(render(text)).rejects.toThrow(message);
});

test('what has not been fetched yet is neither missing nor there', async () => {
  const source = { ...fakeSource(contents), lookup: () => undefined };
  expect(await render('{{key "a" required=true}}{{#service "web" required=true}}x{{/service}}', source)).toEqual({
    output: '',
    missing: 2,
  });
});
