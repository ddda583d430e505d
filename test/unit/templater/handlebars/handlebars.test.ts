import { describe, expect, test } from 'vitest';
import { keyFromText } from '../../../../src/model/kv-key.js';
import { dependencyId } from '../../../../templater/data-source.js';
import { compileHandlebars } from '../../../../templater/handlebars/handlebars-engine.js';
import type { TemplateOptions } from '../../../../templater/template.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { type FakeContents, fakeSource } from '../fake-source.js';

const contents: FakeContents = {
  keys: { 'app/name': 'web', 'app/port': '8080', 'app/10': 'ten', 'app/sub/x': '1' },
  environment: { HOME: '/root' },
  kv: { 'app/name': 'vär', 'app/list': '["a","b"]' },
  nodes: [
    { Node: 'n2', Address: '10.0.0.2', Service: { ID: 'web-2', Service: 'web', Port: 82, Tags: ['b', 'a'] } },
    { Node: 'n1', Address: '10.0.0.1', Service: { ID: 'web-1', Service: 'web', Port: 81, Tags: [] } },
  ],
};

function compile(text: string, dialect: TemplateOptions['dialect'] = 'both') {
  return compileHandlebars({ text, name: 'x.hbs', syntax: 'handlebars', dialect });
}

async function render(text: string, dialect?: TemplateOptions['dialect']): Promise<string> {
  return Buffer.from((await compile(text, dialect)).render(fakeSource(contents)).bytes).toString();
}

test.each([
  { name: 'nothing is escaped', text: '{{toUpper "<b>&"}}', output: '<B>&' },
  { name: 'functions nest', text: '{{join (split "a,b" ",") "-"}}', output: 'a-b' },
  {
    name: 'services are lists of objects',
    text: '{{#each (service "web")}}{{Node}}={{Address}}:{{Port}};{{/each}}',
    output: 'n1=10.0.0.1:81;n2=10.0.0.2:82;',
  },
  {
    name: 'a function that gives a list opens a block over it',
    text: '{{#service "web"}}{{@index}}{{ID}} {{else}}none{{/service}}',
    output: '0web-1 1web-2 ',
  },
  { name: 'an empty list shows the else block', text: '{{#service "none"}}x{{else}}none{{/service}}', output: 'none' },
  {
    name: 'a function that gives a truth opens a block as if does',
    text: '{{#exists "/app/name"}}yes{{else}}no{{/exists}}',
    output: 'yes',
  },
  { name: 'a function that gives a value opens a block as with does', text: '{{#key "app/name"}}<{{this}}>{{/key}}', output: '<vär>' },
  { name: 'confd’s pairs', text: '{{#gets "/app/*"}}{{Key}}={{Value}} {{/gets}}', output: '/app/10=ten /app/name=web /app/port=8080 ' },
  {
    name: 'confd’s ls wins over consul-template’s in native resources',
    text: '{{#each (ls "/app")}}{{this}} {{/each}}',
    output: '10 name port sub ',
  },
  {
    name: 'consul-template’s ls in its own dialect',
    text: '{{#ls "app"}}{{Key}} {{/ls}}',
    dialect: 'consul-template',
    output: 'list name ',
  },
  {
    name: '@key stays the key of each, though key is a function',
    text: '{{#each (json "{\\"b\\":1,\\"a\\":2}")}}{{@key}}={{this}} {{/each}}',
    output: 'a=2 b=1 ',
  },
  {
    name: 'fields are not hidden by functions of the same name',
    text: '{{#with (json "{\\"base\\":\\"b\\",\\"index\\":1}")}}{{base}}{{index}}{{/with}}',
    output: 'b1',
  },
  {
    name: 'block parameters are not taken for functions',
    text: '{{#each (split "a,b" ",") as |hostname|}}{{hostname}}{{/each}}',
    output: 'ab',
  },
  {
    name: 'what a function gave keeps its type for the next',
    text: '{{#each (sortKVByLength (gets "/app/*"))}}{{Key}} {{/each}}',
    output: '/app/10 /app/name /app/port ',
  },
  { name: 'whole numbers are ints', text: '{{printf "%03d %T" 7 7}} {{add 1 2}} {{eq 3 (add 1 2)}}', output: '007 int 3 true' },
  { name: 'numbers pass for text', text: '{{toUpper 5}}', output: '5' },
  { name: 'and, or and not', text: '{{and 1 ""}}|{{or "" "b"}}|{{not true}}', output: '|b|false' },
  { name: 'lists out of JSON', text: '{{join (jsonArray (key "app/list")) "+"}}', output: 'a+b' },
  { name: 'white space control', text: 'a {{~ base "/x" ~}} b', output: 'axb' },
  { name: 'environment and paths', text: '{{getenv "HOME"}} {{getenv "NONE" "d"}} {{dir "/a/b"}}', output: '/root d /a' },
] as const)('$name', async ({ text, output, ...row }) => {
  expect(await render(text, 'dialect' in row ? row.dialect : 'both')).toBe(output);
});

describe('mistakes are found when the template is loaded', () => {
  test.each([
    ['a\n  {{nosuch "x"}}', 'template: x.hbs:2:4: helper "nosuch" not defined'],
    ['{{#each (nosuch 1)}}{{/each}}', 'template: x.hbs:1:9: helper "nosuch" not defined'],
    ['{{#if true}}{{else}}{{toUpper (foo 1)}}{{/if}}', 'template: x.hbs:1:31: helper "foo" not defined'],
    ['\n{{*foo}}', 'template: x.hbs:2:0: helper "*foo" not defined'],
    ['{{#*constructor "x"}}{{/constructor}}', 'template: x.hbs:1:0: helper "*constructor" not defined'],
  ])('%s', async (text, message) => {
    await expect(compile(text)).rejects.toThrow(new TemplateError(message));
  });

  test('a syntax error names its line', async () => {
    await expect(compile('a\n{{#if')).rejects.toThrow(/^template: x\.hbs:2: /);
    await expect(compile('{{#if true}}\n{{/each}}')).rejects.toThrow(/^template: x\.hbs:1:\d+: if doesn't match each/);
  });
});

describe('mistakes while rendering name line and column', () => {
  test.each([
    ['{{this.nope}}', /^template: x\.hbs:1:\d+: "nope" not defined/],
    ['\n {{constructor}}', /^template: x\.hbs:2:\d+: "constructor" not defined/],
    ['{{#each (service "web")}}{{Nope}}{{/each}}', /^template: x\.hbs:1:\d+: "Nope" not defined/],
    ['x\n{{getv "/none"}}', /^template: x\.hbs:2:0: getv: key does not exist: \/none$/],
    ['{{join 5 ","}}', /^template: x\.hbs:1:0: join: expected \[\]string; got int$/],
    ['{{toUpper}}{{toUpper "a" "b"}}', /toUpper/],
    ['\n {{a.b.c.d}}', /^template: x\.hbs:2:\d+: "d" not defined$/],
    ['\n {{#if}}{{/if}}', /^template: x\.hbs:2:1: #if requires exactly one argument$/],
    ['\n {{log}}', /^template: x\.hbs:2:3: "log" not defined$/],
    ['{{toUpper "a" x=1}}', /^template: x\.hbs:1:0: toUpper: takes no named arguments$/],
  ])('%s', async (text, message) => {
    await expect(render(text)).rejects.toThrow(message);
  });
});

test('prototypes are out of reach', async () => {
  const template = await compile('{{#with (json "{\\"a\\":{}}")}}{{a.constructor}}{{/with}}');
  expect(() => template.render(fakeSource())).toThrow(TemplateError);
  const inherited = await compile('{{lookup a "__proto__"}}');
  expect(() => inherited.render(fakeSource(), { a: {} })).not.toThrow();
});

describe('data that has not arrived', () => {
  const key = { kind: 'key', key: keyFromText('app/name'), datacenter: '' } as const;

  test('is noted with its place and shows as nothing', async () => {
    const { bytes, missing } = (await compile('a\n  [{{key "app/name"}}]')).render(
      fakeSource({ ...contents, unfetched: new Set([dependencyId(key)]) }),
    );
    expect(Buffer.from(bytes).toString()).toBe('a\n  []');
    expect(missing).toEqual([{ dependency: key, at: { template: 'x.hbs', line: 2, column: 3 } }]);
  });

  test('goes along with an error it may have caused', async () => {
    const template = await compile('{{#with (json (key "app/name"))}}{{x}}{{/with}}');
    try {
      template.render(fakeSource({ ...contents, unfetched: new Set([dependencyId(key)]) }));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateError);
      expect((error as TemplateError).missing).toHaveLength(1);
    }
  });

  test('a key without a value is waited for', async () => {
    expect((await compile('{{key "none"}}')).render(fakeSource(contents)).missing).toHaveLength(1);
  });
});

describe('blocks inside one another', () => {
  const deep = (depth: number) => `a\n${'{{#if "x"}}'.repeat(depth)}x{{^}}y${'{{/if}}'.repeat(depth)}`;

  test('are taken to a limit, beyond which the parser would be busy for minutes', async () => {
    expect(await render(deep(200))).toBe('a\nx');
    await expect(compile('a\n'.concat('{{#if "x"}}'.repeat(100_000)))).rejects.toThrow(
      new TemplateError('template: x.hbs:2: more than 500 blocks inside one another'),
    );
  });

  test.each([
    ['else if', `{{#if 0}}${'{{else if 0}}'.repeat(5000)}{{/if}}`, 'blocks'],
    ['open blocks with else if', '{{#if 0}}{{ else if 0}}'.repeat(300), 'blocks'],
    ['open parentheses', `{{print ${'(print '.repeat(50_000)}`, 'parentheses'],
    ['parentheses', `\n{{print "}}" '((' [((]${'(print '.repeat(501)}1${')'.repeat(501)}}}`, 'parentheses'],
  ])('%s count as well', async (_, text, what) => {
    await expect(compile(text)).rejects.toThrow(new RegExp(`^template: x\\.hbs:[12]: more than 500 ${what} inside one another$`));
  });

  test('are not what only looks like one, nor what stands one after the other', async () => {
    expect(await render('\\{{#if x}} '.repeat(600))).toBe('{{#if x}} '.repeat(600));
    expect(await render('{{#if "x"}}x{{^}}y{{/if}}'.repeat(600))).toBe('x'.repeat(600));
    expect(await render('{{#if ""}}x{{else if "a"}}y{{/if}}'.repeat(600))).toBe('y'.repeat(600));
    expect(await render('{{!-- {{#if x}} }} --}}{{! ((( }}{{print "((" (print \'(\')}}'.repeat(600))).toBe('(((('.slice(1).repeat(600));
    expect(await render(`{{print${' (print 1)'.repeat(600)}}}`)).toBe('1'.repeat(600));
  });
});
