import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadFunctionTable } from '../../../../templater/functions/table.js';
import { compileGo } from '../../../../templater/go-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';

const functionTable = await loadFunctionTable();
/** All but those that write to standard error. */
const names = new Set(functionTable.map(({ name }) => name).filter((name) => name !== 'spew_dump' && name !== 'spew_printf'));

/** What the functions are given: everything a template can write, also what makes no sense to them. */
const operand = fc.oneof(
  fc.integer({ min: -5, max: 40 }).map(String),
  fc.constantFrom(
    '"a,b"',
    '"/a/*"',
    '"app"',
    '"%s %d %q"',
    '"2006"',
    '""',
    '"{\\"a\\":[1,{}]}"',
    '"x|y@z"',
    '1.5',
    "'c'",
    'true',
    'nil',
    '2i',
  ),
  fc.constantFrom('.', '.a', '.a.b', '.l', '$v', '$v.x', '(split "a,b" ",")', '(gets "/a/*")', '(service "web")', '(map "k" 1)', 'print'),
);
const call = fc.tuple(fc.constantFrom(...names), fc.array(operand, { maxLength: 4 })).map(([name, given]) => [name, ...given].join(' '));
const action = fc.oneof(
  call.map((text) => `{{${text}}}`),
  fc.tuple(call, call).map(([a, b]) => `{{${a} | ${b}}}`),
  fc.tuple(fc.constantFrom('if', 'with', 'range'), call, operand).map(([word, a, b]) => `{{${word} ${a}}}{{${b}}}{{else}}-{{end}}`),
  operand.map((text) => `{{${text}}}`),
);
const data = fc.jsonValue({ maxDepth: 3 });

test('whatever is called with whatever, a template renders or fails with a template error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 4 }),
      data,
      fc.constantFrom('confd', 'consul-template', 'both'),
      async (actions, value, dialect) => {
        const outcome = await attempt(`{{$v := .}}${actions.join('')}`, { value, dialect });
        expect(outcome === undefined || outcome instanceof TemplateError).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});

async function attempt(
  text: string,
  { value, dialect }: { value: unknown; dialect: 'confd' | 'consul-template' | 'both' },
): Promise<unknown> {
  try {
    (await compileGo({ text, name: 't', syntax: 'go', dialect })).render(fakeSource({ keys: { 'a/b': 'v' }, kv: { app: 'x' } }), value);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) console.error(text, error);
    return error;
  }
}
