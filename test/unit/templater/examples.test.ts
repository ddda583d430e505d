/**
 * Every example in the pages about mesh-template is tried: read, parsed, run or rendered, whichever it is. An example of a kind that
 * nothing here knows how to try fails. Sessions (`$ mesh-template …`) are run by test/e2e/mesh-template-native.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseHclText } from '../../../src/lib/hcl.js';
import { decodeConfig } from '../../../templater/consul-template/config-files.js';
import { compile } from '../../../templater/engine.js';
import { faceOf } from '../../../templater/face.js';
import { createLog } from '../../../templater/log.js';
import { NativeResources, readFiles } from '../../../templater/native/config.js';
import { settingsOf } from '../../../templater/native/settings.js';
import type { ProcessParts } from '../../../templater/process.js';
import { subCommandNamed, subCommands } from '../../../templater/sub-commands.js';
import { TemplateError } from '../../../templater/template-error.js';
import { offlineSources } from '../../../templater/test-templates/offline-sources.js';
import { fakeSource } from './fake-source.js';

const pages = ['docs/templates.md', 'docs/mesh-template.md', 'docs/from-confd.md', 'docs/from-consul-template.md'] as const;

interface Example {
  readonly page: string;
  readonly line: number;
  readonly section: string;
  /** Of a fenced one: "toml"; '' without one, and for those that are moved right. */
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks, and paragraphs that are four blanks to the right. */
function examplesIn(page: string): readonly Example[] {
  const examples: Example[] = [];
  const lines = readFileSync(page, 'utf8').split('\n');
  let section = '';
  for (let i = 0; i < lines.length; i++) {
    section = /^## (.*)/.exec(lines[i] ?? '')?.[1] ?? section;
    const [, language] = /^ *```(\w*)$/.exec(lines[i] ?? '') ?? [];
    const start = i;
    if (language !== undefined) {
      while (!/^ *```$/.test(lines[++i] ?? '```'));
      examples.push({ page, line: start + 1, section, language, text: `${lines.slice(start + 1, i).join('\n')}\n` });
    } else if (isMovedRight(lines[i]) && lines[i - 1]?.trim() === '') {
      while (isMovedRight(lines[i + 1]) || (lines[i + 1] === '' && isMovedRight(lines[i + 2]))) i++;
      const shown = lines.slice(start, i + 1).map((line) => line.slice(4));
      examples.push({ page, line: start + 1, section, language: '', text: `${shown.join('\n')}\n` });
    }
  }
  return examples;
}

const isMovedRight = (line: string | undefined) => line?.startsWith('    ') ?? false;

const directory = mkdtempSync(join(tmpdir(), 'mesh-examples-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Attempt = (example: Example) => void | Promise<void>;

/** The first that an example is one of. @returns undefined for what nothing is known of */
function attemptFor({ text, language, section }: Example): Attempt | undefined {
  const lines = text.trimEnd().split('\n');
  if (language === 'toml') return section === 'Tests of templates' ? inSessions : readsAsOurs;
  if (language === 'hcl') return decodesAsConsulTemplates;
  if (language === 'ini') return startsFromUnit;
  if (lines[0]?.startsWith('$ mesh-template ')) return inSessions;
  if (lines.every((line) => line === '' || /^(?:mesh-template|consul-template|confd) /.test(line))) return takesAllFlags;
  if (lines.every((line) => /\{ policy = /.test(line))) return isHcl;
  if (/^\d{4}-\d\d-\d\dT[\d:]+Z /.test(text)) return isLogLine;
  if (text.includes('{{')) return renders;
  if (/^ *change .*\n.*\|--.*\n *time /.test(text)) return isDrawing;
  return undefined;
}

/** Those two sections are what the e2e test runs. */
const inSessions: Attempt = ({ section }) => expect(['See it before it happens', 'Tests of templates']).toContain(section);

const readsAsOurs: Attempt = ({ text }) => {
  const file = join(directory, 'mesh-template.toml');
  // Some show a template of a group that stands elsewhere on the page.
  const groups = [...text.matchAll(/^group = "(\w+)"/gm)].map(([, name = '']) => name).filter((name) => !text.includes(`[group.${name}]`));
  writeFileSync(file, `${text}\n${[...new Set(groups)].map((name) => `[group.${name}]\n`).join('')}`);
  const read = readFiles([file]);
  const rules = { prefix: '', owners: { userId: () => 0, groupId: () => 0 }, missing: 'wait', waitTimeoutMs: undefined } as const;
  const { failures, warnings } = new NativeResources().in(read, { ...rules, source: offlineSources(read.documents) });
  expect(failures).toEqual([]);
  expect(warnings).toEqual(/\[\[?template/.test(text) ? [] : ['Found no templates']);
  expect(settingsOf(read.documents)).toBeDefined();
};

const decodesAsConsulTemplates: Attempt = ({ text }) => expect(decodeConfig(text, 'example').unused).toEqual([]);
const isHcl: Attempt = ({ text }) => expect(Object.keys(parseHclText(text))).toContain('key_prefix');

const startsFromUnit: Attempt = async ({ text }) => {
  const [, command = ''] = /^ExecStart=\/usr\/local\/bin\/(.*)$/m.exec(text) ?? [];
  await expectAccepted(command);
};

/** What follows `#` is for the reader; the lines of the other programs are the same but for their name. */
const takesAllFlags: Attempt = async ({ text }) => {
  const commands = text.split('\n').map((line) => line.replace(/ +#.*$/, '').replace(/ > \S+$/, ''));
  for (const command of commands) if (command.startsWith('mesh-template')) await expectAccepted(command);
  const others = commands.filter((line) => /^(?:confd|consul-template) /.test(line)).map((line) => line.split(/ +/).slice(1));
  const own = commands.map((line) => line.split(/ +/).slice(1).join(' '));
  for (const words of others) expect(own).toContain(words.join(' '));
};

/** Asked for its help, a command reads the flags before and then does nothing; one that it does not know is an error. */
async function expectAccepted(command: string): Promise<void> {
  const [, ...argv] = [...command.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);
  let output = '';
  // Of these the flags end where the file begins.
  const end = ['render', 'convert', 'test'].includes(argv[0] ?? '') ? -1 : argv.length;
  const status = await start([...argv.slice(0, end), '-help', ...argv.slice(end)], (text) => {
    output += text;
  });
  expect(`${status} ${output}`).toMatch(/^0 Usage: mesh-template/);
}

async function start(argv: readonly string[], print: (text: string) => void): Promise<number> {
  const nothing = () => undefined;
  const parts: ProcessParts = {
    ...{ commands: subCommands, argv, environment: {}, pid: 4711, hostName: 'host', own: { uid: 0, gid: 0 }, now: () => 0 },
    ...{ print: (text) => print(String(text)), printError: print, onEnd: nothing, onReload: nothing, onSignal: nothing },
  };
  const command = subCommandNamed(argv[0]);
  if (command !== undefined) return (await command.load())(argv.slice(1), parts);
  switch (faceOf(argv)) {
    case 'consul-template':
      return (await import('../../../templater/consul-template/command.js')).consulTemplateCommand(parts);
    case 'native':
      return (await import('../../../templater/native/command.js')).nativeCommand(parts);
    case 'confd':
      return (await import('../../../templater/confd/command.js')).confdCommand(parts);
  }
}

/** Written by the log itself from its parts. */
const isLogLine: Attempt = ({ text }) => {
  const [, time = '', origin = '', level = '', message = '', fields = ''] =
    /^(\S+) (\S+ [\w-]+\[\d+\]): ([A-Z]+) (.*?)((?: \w+=(?:"(?:[^"\\]|\\.)*"|\S+))*)\n$/.exec(text) ?? [];
  const values = [...fields.matchAll(/ (\w+)=("(?:[^"\\]|\\.)*"|\S+)/g)].map(
    ([, name = '', value = '']) => [name, value.startsWith('"') ? JSON.parse(value) : value] as const,
  );
  let written = '';
  const log = createLog({ threshold: 'info', origin, now: () => Date.parse(time), write: (line) => (written += line) });
  log.log(level === 'WARNING' ? 'warn' : level === 'ERROR' ? 'error' : 'info', message, Object.fromEntries(values));
  expect(written).toBe(text);
};

const source = fakeSource({
  keys: { a: 'v', 'app/port': '80', 'nginx/timeout': '7', x: 'x' },
  kv: { 'app/port': '80', 'app/name': 'shop', 'app/x': 'x', x: 'x' },
  nodes: [{ Node: 'n', Address: '10.0.0.1', Service: { ID: 'web', Service: 'web', Port: 80 } }],
});

async function render(text: string, syntax: 'go' | 'handlebars', data?: unknown): Promise<string> {
  const template = await compile({ text, name: 'example', syntax, dialect: 'both' });
  return Buffer.from(template.render(source, data).bytes).toString();
}

const renders: Attempt = async ({ text }) => expect((await render(text, 'go')).trim()).not.toBe('');
const isDrawing: Attempt = () => {};

describe.each(pages)('%s', (page) => {
  const examples = examplesIn(page);

  test('has examples, each of a kind that is tried', () => {
    expect(examples.length).toBeGreaterThan(0);
    const unknown = examples.filter((example) => attemptFor(example) === undefined);
    expect(unknown.map(({ line, text }) => `line ${line}: ${text}`)).toEqual([]);
  });

  test.each(examples.map((example) => ({ example, name: `line ${example.line}: ${example.text.split('\n')[0]}` })))(
    '$name',
    async ({ example }) => {
      await attemptFor(example)?.(example);
    },
  );
});

/** "…" stands for anything. */
const codesIn = (cell: string) =>
  [...cell.replaceAll('\\|', '|').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('…', '"x"'));

describe('docs/templates.md, the two syntaxes side by side', () => {
  const [, table = ''] =
    /\n\| \| Go syntax \| Handlebars \|\n\|[-|]+\n([\s\S]*?)\n\n/.exec(readFileSync('docs/templates.md', 'utf8')) ?? [];
  const rows = table.split('\n').map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));

  test('there are rows', () => expect(rows.length).toBeGreaterThan(6));

  test.each(rows.map(([, name = '', go = '', handlebars = '']) => ({ name, go: codesIn(go), handlebars: codesIn(handlebars) })))(
    '$name: all of them render the same',
    async ({ go, handlebars }) => {
      const rendered = [
        ...(await Promise.all(go.map((text) => render(text, 'go')))),
        ...(await Promise.all(handlebars.map((text) => render(text, 'handlebars')))),
      ];
      expect(rendered.length).toBeGreaterThan(1);
      expect([...new Set(rendered)]).toHaveLength(1);
    },
  );
});

describe('templates within the text', () => {
  const spans = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/(?<![`|].*)(?<!`)`([^`\n]*\{\{[^`\n]+\}\}[^`\n]*)`(?!`)/g)].map(([, text = '']) => ({
      page,
      text,
    })),
  );
  test('there are some', () => expect(spans.length).toBeGreaterThan(5));

  // Of the file that `{{> name}}` stands for.
  writeFileSync(join(directory, 'name.hbs'), 'a partial');

  // What only goes on with a block is no template by itself.
  test.each(spans.filter(({ text }) => !/^\{\{(?:else|end|\/)/.test(text)))('$page: $text', async ({ text }) => {
    const tried = text.replaceAll('…', '"x"');
    const faults = await Promise.all(
      (['go', 'handlebars'] as const).map((syntax) =>
        compile({ text: tried, name: 'example', syntax, dialect: 'both', templateDirectory: directory }).then(
          () => '',
          (error: unknown) => (error instanceof TemplateError ? error.message : Promise.reject(error)),
        ),
      ),
    );
    expect(faults).toContain('');
  });
});
