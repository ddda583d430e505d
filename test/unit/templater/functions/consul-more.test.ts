import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putFile } from '../../../../templater/file-write.js';
import { compileGo } from '../../../../templater/go-engine.js';
import { compileHandlebars } from '../../../../templater/handlebars/handlebars-engine.js';
import type { TemplateOptions } from '../../../../templater/template.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { type FakeContents, fakeSource } from '../fake-source.js';

async function render(text: string, contents: FakeContents = {}, options: Partial<TemplateOptions> = {}): Promise<string> {
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'consul-template', ...options });
  return Buffer.from(template.render({ ...fakeSource(contents), writeFile: putFile }).bytes).toString();
}

describe('parseYAML', () => {
  test.each([
    ['{{(parseYAML "a: {b: [1, 2.5, yes]}").a.b}}', '[1 2.5 true]'],
    ['{{printf "%T %T" (parseYAML "7") (parseYAML "18446744073709551615")}}', 'int uint64'],
    ['{{parseYAML ""}}{{parseYAML "2024-01-02"}}', 'map[]2024-01-02'],
    ['{{parseYAML "é: ü" | toYAML}}', 'é: ü'],
    ['{{(parseYAML "---\\na: 1\\n---\\na: [2").a}}', '1'],
  ])('%s', async (text, output) => expect(await render(text)).toBe(output));

  test('names the line of a mistake', async () => {
    await expect(render('{{parseYAML "a: 1\\nb: [1"}}')).rejects.toThrow(/error calling parseYAML: yaml: line \d+: /);
  });
});

test('spew shows every part with its type', async () => {
  const text = '{{spew_sdump (parseJSON "{\\"a\\":{\\"b\\":[]}}") 7 nil}}{{spew_sprintf "%d" 7}}';
  const shown = ['(map[string]interface {}) (len=1) {', ' (string) (len=1) "a": (map[string]interface {}) (len=1) {'];
  expect(await render(text)).toBe(
    [...shown, '  (string) (len=1) "b": ([]interface {}) {', '  }', ' }', '}', '(int) 7', '(interface {}) <nil>', '7'].join('\n'),
  );
});

test('byKey takes the first element off the keys of pairs', async () => {
  const kv = { 'app/es/a': '1', 'app/es/b/c': '2', 'app/lone': '3' };
  const text = '{{range $name, $pairs := tree "app" | byKey}}{{$name}}:{{range $pairs}} {{.Key}}={{.Value}} ({{.Path}}){{end}}{{end}}';
  expect(await render(text, { kv })).toBe('es: a=1 (app/es/a) b/c=2 (app/es/b/c)');
});

test.each([
  { text: '{{key "a/b?ns=default&partition=default@dc1"}}', output: 'v' },
  { text: '{{range ls "a?partition=@dc1"}}{{.Key}}{{end}}', output: 'b' },
  { text: '{{keyOrDefault "a?x=1" "a key"}}', output: 'a key' },
  { text: '{{keyOrDefault "a?ns=team?" "a key"}}', output: 'a key' },
])('the default namespace and partition may be named: $text', async ({ text, output }) => {
  expect(await render(text, { kv: { 'a/b': 'v' } })).toBe(output);
});

test.each([
  { text: '{{key "a?ns=team"}}', part: 'ns=team' },
  { text: '{{range service "web?ns=default&peer=east@dc1~_agent|any"}}{{end}}', part: 'peer=east' },
  { text: '{{range nodes "?partition=p2"}}{{end}}', part: 'partition=p2' },
  { text: '{{range service "web?sameness-group=g"}}{{end}}', part: 'sameness-group=g' },
])('any other is refused: $text', async ({ text, part }) => {
  await expect(render(text)).rejects.toThrow(`there are no namespaces, partitions and peers: "${part}" in `);
});

test('byPort groups instances, in the order of the numbers', async () => {
  const nodes = [80, 443, 80].map((Port, i) => ({ Node: `n${i}`, Address: '10.0.0.1', Service: { ID: `w${i}`, Service: 'web', Port } }));
  const text = '{{$p := service "web" | byPort}}{{range $port, $list := $p}}{{$port}}={{len $list}} {{end}}{{len (index $p 443)}}';
  expect(await render(text, { nodes })).toBe('80=2 443=1 1');
});

describe('byMeta', () => {
  const instance = (ID: string, Meta: Readonly<Record<string, string>>) => ({
    Node: ID,
    Address: '10.0.0.1',
    Service: { ID, Service: 'web', Port: 80, Meta },
  });
  const keys = (by: string) => `{{range $k, $list := service "web" | byMeta "${by}"}}{{$k}}:{{range $list}} {{.ID}}{{end}};{{end}}`;
  const nodes = [
    instance('a', { zone: 'eu west/1', shard: '12', half: '1' }),
    instance('b', { zone: 'eu west/1', shard: '-3' }),
    instance('c', { shard: '', half: 'x' }),
  ];
  test.each([
    { by: 'zone', groups: '_no_zone_: c;eu_west_1: a b;' },
    { by: 'shard|int', groups: '-0003: b;00000: c;00012: a;' },
    { by: 'zone,shard|int', groups: '_no_zone__00000: c;eu_west_1_-0003: b;eu_west_1_00012: a;' },
  ])('groups by $by', async ({ by, groups }) => expect(await render(keys(by), { nodes })).toBe(groups));

  test('takes nothing but numbers for |int', async () => {
    await expect(render(keys('half|int'), { nodes })).rejects.toThrow('byMeta: "half" is "x", which is no number');
  });
});

test('mergeMap fills what is empty, mergeMapWithOverride replaces everything', async () => {
  const kv = { 'base/a': '', 'base/b': '1', 'base/deep/c': '', 'more/a': 'A', 'more/b': '', 'more/deep/c': 'C', 'more/deep/d': 'D' };
  const merged = (name: string) => `{{$base := tree "base" | explode}}{{tree "more" | explode | ${name} $base | toJSON}}`;
  expect(await render(merged('mergeMap'), { kv })).toBe('{"a":"A","b":"1","deep":{"c":"C","d":"D"}}');
  expect(await render(merged('mergeMapWithOverride'), { kv })).toBe('{"a":"A","b":"","deep":{"c":"C","d":"D"}}');
});

test('indent knows no ends of lines but newlines', async () => {
  expect(await render('{{"a\\r\\nb\\rc\\n\\nd" | indent 2}}')).toBe('  a\r\n  b\rc\n\n  d');
});

test('keyExistsGet gives a pair that says whether it is there', async () => {
  const text = '{{with keyExistsGet "a/b"}}{{.Exists}} {{.Key}}={{.Value}}{{end}} {{(keyExistsGet "/none").Exists}}';
  expect(await render(text, { kv: { 'a/b': 'v' } })).toBe('true a/b=v false');
});

test.each(['secret "a"', 'nomadService "x"', 'partitions', 'pkiCert "a" "b"'])('%s refuses with a sentence', async (call) => {
  await expect(render(`{{${call}}}`)).rejects.toThrow(/error calling \w+: (?:this function|Nomad|mesh) .+/);
});

test('certificates of the service mesh', async () => {
  const at = { CreateIndex: 1, ModifyIndex: 2 };
  const leaf = {
    SerialNumber: '1',
    CertPEM: 'C',
    PrivateKeyPEM: 'K',
    Service: 'web',
    ServiceURI: 's',
    ValidAfter: '2024-01-01T00:00:00Z',
    ValidBefore: '2024-01-04T00:00:00Z',
    ...at,
  };
  const template = await compileGo({
    text: '{{range caRoots}}{{.RootCertPEM}}{{end}} {{with caLeaf "web"}}{{.CertPEM}}{{.PrivateKeyPEM}} {{.ValidBefore.Format "02"}}{{end}}',
    name: 't',
    syntax: 'go',
    dialect: 'consul-template',
  });
  const lookup = (dependency: { readonly kind: string }) =>
    (dependency.kind === 'caLeaf' ? leaf : [{ ID: 'i', Name: 'n', RootCert: 'R', Active: true, ...at }]) as never;
  expect(Buffer.from(template.render({ ...fakeSource(), lookup }).bytes).toString()).toBe('R CK 04');
});

describe('sockaddr', () => {
  const lo = 'GetAllInterfaces | include "name" "^lo$" | include "type" "IPv4"';
  test.each([
    [`{{sockaddr ${JSON.stringify(`${lo} | attr "address"`)}}}`, '127.0.0.1'],
    [`{{sockaddr ${JSON.stringify(`${lo} | join "network" ","`)}}}`, '127.0.0.0/8'],
    [`{{sockaddr ${JSON.stringify(`${lo} | math "address" "+256" | attr "address"`)}}}`, '127.0.1.1'],
    [`{{sockaddr ${JSON.stringify(`${lo} | math "network" "-1" | attr "string"`)}}}`, '127.255.255.255/8'],
    [`{{sockaddr ${JSON.stringify(`${lo} | math "mask" "24" | attr "netmask"`)}}}`, '255.0.0.0'],
    [`{{sockaddr ${JSON.stringify(`${lo} | attr "broadcast"`)}}}`, '127.255.255.255'],
    [
      `{{sockaddr ${JSON.stringify(`${lo} | include "rfc" "1122" | include "flags" "loopback|up" | sort "-size,+address" | unique "name" | limit 1 | attr "name"`)}}}`,
      'lo',
    ],
    [`{{sockaddr ${JSON.stringify(`${lo} | exclude "network" "127.0.0.0/8" | join "address" " "`)}}}`, ''],
    ['{{sockaddr "GetInterfaceIP \\"lo\\""}}', '127.0.0.1'],
    [
      '{{sockaddr "with $a := GetAllInterfaces | include \\"name\\" \\"^lo$\\" | include \\"type\\" \\"IPv4\\" -}}{{range $a}}{{Attr \\"hex\\" .}}{{end}}{{end"}}',
      '7f000001',
    ],
  ])('%s', async (text, output) => expect(await render(text)).toBe(output));

  test.each([
    ['{{sockaddr "GetNothing"}}', 'function "GetNothing" not defined'],
    ['{{sockaddr "GetAllInterfaces | include \\"flags\\" \\"broadcast\\""}}', 'the flag "broadcast" is not known of interfaces here'],
    ['{{sockaddr "GetAllInterfaces | include \\"rfc\\" \\"1\\""}}', 'sockaddr knows no networks of RFC 1'],
  ])('%s fails', async (text, message) => expect(render(text)).rejects.toThrow(message));
});

describe('writeToFile', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mesh-write-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const content = (path: string) => readFileSync(join(directory, path), 'utf8');

  test('writes when the rendering is whole, with the mode, and leaves nothing beside the file', async () => {
    const text = `{{"data" | writeToFile "${directory}/new/w.txt" "" "" "0640"}}done`;
    expect(await render(text)).toBe('done');
    expect(content('new/w.txt')).toBe('data');
    expect(statSync(join(directory, 'new/w.txt')).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(directory, 'new'))).toEqual(['w.txt']);
  });

  test('does not touch a file that is as wanted', async () => {
    const text = `{{"data" | writeToFile "${directory}/w" "" "" "0644"}}`;
    await render(text);
    const before = statSync(join(directory, 'w'));
    await render(text);
    expect(statSync(join(directory, 'w')).ino).toBe(before.ino);
  });

  test('takes a path from the working directory', async () => {
    const path = relative(process.cwd(), join(directory, 'here/w'));
    await render(`{{"data" | writeToFile "${path}" "" "" "0640"}}`);
    expect(content('here/w')).toBe('data');
  });

  test('writes nothing while data are missing, nor where nobody offers to write', async () => {
    const text = `{{key "none"}}{{"x" | writeToFile "${directory}/w" "" "" "0644"}}`;
    await render(text);
    const template = await compileGo({ text: text.replace('{{key "none"}}', ''), name: 't', syntax: 'go', dialect: 'consul-template' });
    template.render(fakeSource());
    expect(readdirSync(directory)).toEqual([]);
  });

  test('appends, and adds newlines; what one rendering writes first and appends then is one version', async () => {
    const line = (flags: string, word: string) => `{{"${word}" | writeToFile "${directory}/w" "" "" "0644" "${flags}"}}`;
    for (let i = 0; i < 2; i++) await render(line('newline', 'a') + line('append,newline', 'b'));
    expect(content('w')).toBe('a\nb\n');
    await render(line('append', 'c'));
    expect(content('w')).toBe('a\nb\nc');
  });

  test('stays in the sandbox, also when links lead out', async () => {
    mkdirSync(join(directory, 'in'));
    symlinkSync(directory, join(directory, 'in/out'));
    writeFileSync(join(directory, 'victim'), 'as it was');
    symlinkSync('../victim', join(directory, 'in/link'));
    const write = (path: string) => render(`{{"x" | writeToFile "${path}" "" "" "0644"}}`, {}, { sandbox: join(directory, 'in') });
    await write(`${directory}/in/ok`);
    expect(content('in/ok')).toBe('x');
    for (const path of [`${directory}/w`, `${directory}/in/../w`, `${directory}/in/out/w`, `${directory}/in/link`])
      await expect(write(path)).rejects.toThrow(/^template: t:1:8: writeToFile: .* is outside of /);
    expect(content('victim')).toBe('as it was');
    expect(readdirSync(directory).toSorted()).toEqual(['in', 'victim']);
  });

  test.each([
    ['"x" | writeToFile "/x" "" "" "999"', '"999" is no file mode'],
    ['"x" | writeToFile "/x" "" "" "0644" "flush"', '"flush" is no flag'],
    ['"x" | writeToFile "/nowhere/x" "no-such-user" "" "0644"', 'there is no user "no-such-user"'],
  ])('%s fails', async (call, message) => expect(render(`{{${call}}}`)).rejects.toThrow(message));

  test('in Handlebars', async () => {
    const text = `{{writeToFile "${directory}/w" "" "" "0600" "data"}}.`;
    const template = await compileHandlebars({ text, name: 't', syntax: 'handlebars', dialect: 'both' });
    expect(Buffer.from(template.render({ ...fakeSource(), writeFile: putFile }).bytes).toString()).toBe('.');
    expect(content('w')).toBe('data');
  });
});

test('denied functions fail when they are called, not when they are named', async () => {
  const denied = ['plugin', 'writeToFile'];
  expect(await render('{{if false}}{{plugin "x"}}{{end}}{{toUpper "ok"}}', {}, { denied })).toBe('OK');
  await expect(render('{{plugin "x"}}', {}, { denied })).rejects.toThrow(
    new TemplateError('template: t:1:2: executing "t" at <plugin "x">: error calling plugin: function is disabled'),
  );
});
