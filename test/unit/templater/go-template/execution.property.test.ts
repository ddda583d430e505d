/**
 * Whatever a template does with whatever data, it renders or fails with a TemplateError that has a place. `FUZZ_SECONDS=600` looks for
 * longer than the tests of every day do.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../../../templater/engine.js';
import { loadFunctionTable } from '../../../../templater/functions/table.js';
import type { TemplateOptions } from '../../../../templater/template.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';
import { mutatedTemplate, wellFormed } from './arbitrary-templates.js';

const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
/** Of each property in one run of the tests. */
const runs = (count: number) => (seconds > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: seconds * 1000 } : { numRuns: count });
const timeoutMs = (seconds + 60) * 1000;

const functionTable = await loadFunctionTable();
/** All but those that write to standard error. */
const names = functionTable.map(({ name }) => name).filter((name) => name !== 'spew_dump' && name !== 'spew_printf');

/** What the functions are given: everything a template can write, also what makes no sense to them. */
const operand = fc.oneof(
  fc.integer({ min: -5, max: 40 }).map(String),
  fc.constantFrom(
    ...[
      '"a,b"',
      '"/a/*"',
      '"app"',
      '"%s %d %q"',
      '"2006"',
      '""',
      '"{\\"a\\":[1,{}]}"',
      '"x|y@z"',
      '"__proto__"',
      '"constructor"',
      '"t"',
      '"other"',
    ],
    ...[
      '1.5',
      "'c'",
      'true',
      'nil',
      '2i',
      '9223372036854775807',
      '-9223372036854775808',
      '1e308',
      '"[1,[2]]"',
      '"- a\\n- b: 1"',
      '"\\xff\\u00e9"',
    ],
  ),
  fc.constantFrom(
    '.',
    '.a',
    '.a.b',
    '.l',
    '$v',
    '$v.x',
    '(split "a,b" ",")',
    '(gets "/a/*")',
    '(service "web")',
    '(map "k" 1)',
    'print',
    '(list 1 "a")',
  ),
);
const call = fc.tuple(fc.constantFrom(...names), fc.array(operand, { maxLength: 4 })).map(([name, given]) => [name, ...given].join(' '));
const action = fc.oneof(
  call.map((text) => `{{${text}}}`),
  fc.tuple(call, call).map(([a, b]) => `{{${a} | ${b}}}`),
  fc.tuple(call, call).map(([a, b]) => `{{$v = ${a}}}{{(${b}).x}}`),
  fc.tuple(fc.constantFrom('if', 'with', 'range'), call, operand).map(([word, a, b]) => `{{${word} ${a}}}{{${b}}}{{else}}-{{end}}`),
  operand.map((text) => `{{${text}}}`),
);
const data = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.record({ a: fc.record({ b: fc.jsonValue() }), l: fc.array(fc.jsonValue()) }));
const dialect = fc.constantFrom('confd', 'consul-template', 'both');
const missingKey = fc.constantFrom('default', 'zero', 'error');

const sources = {
  'functions called with anything': {
    text: fc.array(action, { maxLength: 4 }).map((actions) => `{{$v := .}}${actions.join('')}`),
    count: 5000,
  },
  'blocks, variables and definitions of any shape': { text: wellFormed, count: 2000 },
  'recorded templates with something cut out, doubled or put in': { text: mutatedTemplate, count: 5000 },
};

test.each(Object.entries(sources))(
  '%s: a rendering, or a template error',
  async (_, { text, count }) => {
    const property = fc.asyncProperty(text, data, dialect, missingKey, async (source, value, words, missing) => {
      const outcome = await attempt({ text: source, name: 't', syntax: 'go', dialect: words, missingKey: missing }, value);
      if (outcome !== undefined)
        expect(outcome).toMatchObject({ name: 'TemplateError', message: expect.stringMatching(/^template: t:\d+:/) });
    });
    await fc.assert(property, runs(count));
  },
  timeoutMs,
);

const kept = fakeSource({
  keys: { 'a/b': 'v', 'a/__proto__': 'p' },
  kv: { app: 'x', 'app/constructor': 'c' },
  nodes: [{ Node: 'n', Address: '10.0.0.1', Service: { ID: 'web', Service: 'web', Port: 80, Tags: ['a', '__proto__'] } }],
});

/** @returns the template error; undefined when it rendered */
async function attempt(options: TemplateOptions, value: unknown): Promise<TemplateError | undefined> {
  try {
    (await compile(options)).render(kept, value);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw new Error(`no template error: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
  }
}
