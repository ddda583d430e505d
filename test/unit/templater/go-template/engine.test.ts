import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyFromText } from '../../../../src/model/kv-key.js';
import { dependencyId, describeDependency } from '../../../../templater/data-source.js';
import { compileGo } from '../../../../templater/go-engine.js';
import type { TemplateOptions } from '../../../../templater/template.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { type FakeContents, fakeSource } from '../fake-source.js';

function compile(text: string | Uint8Array, options: Partial<TemplateOptions> = {}) {
  return compileGo({ text, name: 'a.tmpl', syntax: 'go', dialect: 'both', ...options });
}

async function render(text: string | Uint8Array, contents: FakeContents = {}, options: Partial<TemplateOptions> = {}): Promise<string> {
  return Buffer.from((await compile(text, options)).render(fakeSource(contents)).bytes).toString('latin1');
}

test('bytes that are no UTF-8 pass through unchanged, in the template and in values', async () => {
  expect(await render(Buffer.from('\xff{{"\\xfe"}}\x80', 'latin1'))).toBe('\xff\xfe\x80');
});

test('templates may call one another a hundred thousand deep', async () => {
  const text = '{{define "d"}}{{if .}}{{template "d" (slice . 1)}}{{end}}.{{end}}{{template "d" (printf "%99998s" "")}}';
  expect(await render(text)).toBe('.'.repeat(99_999));
});

test('a template is compiled once and rendered many times, each time from the start', async () => {
  const template = await compile('{{$x := 1}}{{range seq 1 3}}{{$x = .}}{{end}}{{$x}}{{scratch.SetX "a" "b"}}');
  for (let i = 0; i < 3; i++) expect(Buffer.from(template.render(fakeSource()).bytes).toString()).toBe('3');
});

test('break and continue leave what they are inside of', async () => {
  const text = '{{range seq 1 4}}{{with .}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}},{{end}}{{.}}';
  expect(await render(text)).toBe('1,3,<no value>');
});

test.each([
  { text: '{{with .a}}a{{else with "b"}}{{.}}{{else}}c{{end}}', output: 'b' },
  { text: '{{with .a}}a{{else with .b}}b{{else}}c{{end}}{{with "x"}}{{.}}{{else with "y"}}y{{end}}', output: 'cx' },
  {
    text: '{{range 3}}{{.}}{{end}} {{range $i := 2}}{{printf "%T" $i}}{{$i}}{{end}} {{range 0}}x{{else}}none{{end}}',
    output: '012 int0int1 none',
  },
  { text: '{{range parseInt "2"}}{{printf "%T " .}}{{if eq . 0}}{{continue}}{{end}}{{.}}{{end}}', output: 'int64 int64 1' },
])('what newer releases of Go take: $text', async ({ text, output }) => {
  expect(await render(text, {}, { dialect: 'consul-template' })).toBe(output);
});

test.each([
  ['{{with .a}}{{else if .b}}{{end}}', 'unexpected <if> in input'],
  ['{{if .a}}{{else with .b}}{{end}}', 'unexpected <with> in input'],
  ['{{range 10000001}}{{end}}', 'a range over 10000001 goes on for too long'],
  ['{{range 1.5}}{{end}}', "range can't iterate over 1.5"],
])('%s is still an error', async (text, message) => expect(render(text)).rejects.toThrow(message));

test('a variable that is only assigned to is an error where that is executed', async () => {
  expect(await render('{{if false}}{{$x = 1}}{{$x}}{{len $x}}{{$x.a}}{{end}}fine')).toBe('fine');
  const message = 'template: a.tmpl:1:18: executing "a.tmpl" at <1>: undefined variable: $x';
  await expect(render('{{if true}}{{$x = 1}}{{$x}}{{end}}')).rejects.toThrow(message);
});

describe('both dialects at once', () => {
  test('where a name means two things confd’s meaning wins', async () => {
    expect(await render('{{join (split "a,b" ",") "+"}} {{contains "hello" "ell"}}')).toBe('a+b true');
  });

  test('consul-template’s other functions are there', async () => {
    expect(await render('{{key "k"}} {{getv "/k"}}', { kv: { k: 'consul' }, keys: { k: 'confd' } })).toBe('consul confd');
  });
});

describe('data that has not arrived', () => {
  const service = { kind: 'service', service: 'web', tag: '', datacenter: '', near: '', passing: true, connect: false } as const;
  const unfetched = new Set([dependencyId(service)]);

  test('is noted once, with the place of its first use', async () => {
    const text = 'x\n {{range service "web"}}a{{else}}none{{end}}{{len (service "web")}}';
    const { bytes, missing } = (await compile(text)).render(fakeSource({ unfetched }));
    expect(Buffer.from(bytes).toString()).toBe('x\n none0');
    expect(missing).toEqual([{ dependency: service, at: { template: 'a.tmpl', line: 2, column: 9 } }]);
    expect(missing.map(({ dependency }) => describeDependency(dependency))).toEqual(['service "web"']);
  });

  test('goes along with an error it may have caused', async () => {
    const template = await compile('{{(index (service "web") 0).Node}}');
    const failed = () => template.render(fakeSource({ unfetched }));
    expect(failed).toThrow(expect.objectContaining({ missing: [expect.objectContaining({ dependency: service })] }));
  });

  test('a key without a value is waited for, and its default is not', async () => {
    const source = fakeSource({ kv: { empty: '' } });
    expect((await compile('{{key "none"}}')).render(source).missing[0]?.dependency).toEqual({
      kind: 'key',
      key: keyFromText('none'),
      datacenter: '',
    });
    expect((await compile('{{keyOrDefault "none" "d"}}{{keyExists "none"}}{{key "empty"}}')).render(source).missing).toEqual([]);
  });
});

describe('include', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mesh-include-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const withDirectory = (text: string) => render(text, { keys: { b: 'v' } }, { templateDirectory: directory, dialect: 'confd' });

  test('renders another file with the same functions and its own data', async () => {
    write('part.tmpl', 'part {{getv "/b"}} {{.x}}');
    expect(await withDirectory('{{include "part.tmpl" (map "x" 1)}}|')).toBe('part v 1|');
  });

  test('names the file and the place of an error inside', async () => {
    write('part.tmpl', 'x\n{{getv "/none"}}');
    await expect(withDirectory('{{include "part.tmpl"}}')).rejects.toThrow(
      'template: a.tmpl:1:2: executing "a.tmpl" at <include "part.tmpl">: error calling include: execute include part.tmpl: ' +
        'template: part.tmpl:2:2: executing "part.tmpl" at <getv "/none">: error calling getv: key does not exist: /none',
    );
  });

  test('refuses cycles, paths outside, files that are not there, and more than ten levels', async () => {
    write('a.tmpl', '{{include "a.tmpl"}}');
    for (let i = 0; i < 12; i++) write(`n${i}`, `{{include "n${i + 1}"}}`);
    await expect(withDirectory('{{include "a.tmpl"}}')).rejects.toThrow(/include cycle detected/);
    await expect(withDirectory('{{include "../x"}}')).rejects.toThrow(/outside template directory/);
    await expect(withDirectory('{{include "none"}}')).rejects.toThrow(/include none: open .*none: no such file or directory/);
    await expect(withDirectory('{{include "n0"}}')).rejects.toThrow(/maximum include depth/);
  });
});

test('executeTemplate that calls itself ends with an error', async () => {
  await expect(render('{{define "r"}}{{executeTemplate "r"}}{{end}}{{executeTemplate "r"}}')).rejects.toThrow(TemplateError);
});
