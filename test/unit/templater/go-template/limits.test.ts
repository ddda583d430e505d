/** What would take the stack, the memory or the process is an error of the template, with its place. */
import { expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';

async function failureOf(text: string, data?: unknown): Promise<string> {
  try {
    (await compileGo({ text, name: 't', syntax: 'go', dialect: 'both' })).render(fakeSource(), data);
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
    return (error as TemplateError).message;
  }
  throw new Error('it rendered');
}

const deepJson = (open: string, close: string) => `(printf "%s1%s" (repeat 100000 ${open}) (repeat 100000 ${close}))`;

test.each([
  ['{{else if}} after one another', `{{if 0}}${'{{else if 0}}'.repeat(100_000)}{{end}}`, 't:1: more than 500 blocks inside one another'],
  ['blocks', '{{with 1}}'.repeat(100_000), 't:1: more than 500 blocks inside one another'],
  ['definitions', '{{block "x" 1}}'.repeat(100_000), 't:1: more than 500 blocks inside one another'],
  ['parentheses', `{{${'('.repeat(100_000)}`, 't:1: more than 500 parentheses inside one another'],
  ['templates', '{{template "t"}}', 't:1:11: executing "t" at <{{template "t"}}>: exceeded maximum template depth (100000)'],
  ['lists in JSON', `{{jsonArray ${deepJson('"["', '"]"')}}}`, 'error calling jsonArray: nested too deep'],
  ['objects in JSON', `{{toJson (json ${deepJson('"{\\"a\\":"', '"}"')})}}`, 'error calling toJson: nested too deep'],
  ['lists in YAML', '{{parseYAML (repeat 100000 "- ")}}', 'error calling parseYAML: yaml: line 1: more than 500 lists and maps inside'],
  ['lists in lists', '{{$x := list 1}}{{range seq 1 100000}}{{$x = list $x}}{{end}}{{toJson $x}}', 'calling toJson: nested too deep'],
  ['numbers', '{{seq 1 1000000000}}', 'error calling seq: seq makes more than 10000000 numbers'],
  ['numbers between two', '{{sprig_randInt -9223372036854775808 5}}', 'sprig_randInt: invalid argument to Intn'],
  ['elements', '{{$x := list 1}}{{range seq 1 60}}{{$x = sprig_concat $x $x}}{{end}}', 'sprig_concat: more than 10000000 elements'],
  ['bytes', '{{$x := "x"}}{{range seq 1 60}}{{$x = print $x $x}}{{end}}', 'calling print: more text than there can be'],
  [
    'bytes of output',
    '{{$x := repeat 200000000 "x"}}{{$x}}{{$x}}\n{{$x}}',
    't:2:2: executing "t" at <{{$x}}>: more text than there can be in one piece',
  ],
])('too many %s', async (_, text, message) => {
  expect(await failureOf(text)).toContain(message);
});

test('data that are nested too deep', async () => {
  let lists: unknown = [];
  for (let i = 0; i < 100_000; i++) lists = [lists];
  expect(await failureOf('{{.}}', lists)).toBe('template: t: data nested too deep');
});

test('deep calls inside deep calls fail whole', async () => {
  const call = `{{${'(print '.repeat(490)}(executeTemplate "d")${')'.repeat(490)}}}`;
  expect(await failureOf(`{{define "d"}}${call}{{end}}${call}`)).toMatch(/nested too deep|exceeded maximum template depth/);
});

test('a random number may lie between any two ints', async () => {
  const text = '{{range seq 1 50}}{{$n := sprig_randInt -4611686018427387904 4611686018427387903}}{{ge $n -4611686018427387904}}{{end}}';
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'both' });
  expect(Buffer.from(template.render(fakeSource()).bytes).toString()).toBe('true'.repeat(50));
});
