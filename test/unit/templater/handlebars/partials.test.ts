import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileHandlebars } from '../../../../templater/handlebars/handlebars-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-partials-'));
  mkdirSync(join(directory, 'nginx'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const contents = { keys: { 'app/name': 'web' }, kv: { a: '1' } };
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const compile = (text: string) =>
  compileHandlebars({ text, name: 'x.hbs', syntax: 'handlebars', dialect: 'both', templateDirectory: directory });

async function render(text: string, data: unknown = {}): Promise<string> {
  return Buffer.from((await compile(text)).render(fakeSource(contents), data).bytes).toString();
}

test('a partial is a file of the template directory, with the same functions, its own arguments and the context', async () => {
  write('nginx/server.hbs', 'server {{name}} {{toUpper (getv "/app/name")}} {{port}};');
  expect(await render('{{> nginx/server name="a"}}', { port: 80 })).toBe('server a WEB 80;');
});

test('its whole name is good too, and it is indented as it stands', async () => {
  write('list.txt', 'a\nb\n');
  expect(await render('x:\n  {{> list.txt}}\n')).toBe('x:\n  a\n  b\n');
});

test('partials in partials, blocks for partials, and partials defined in the file', async () => {
  write('outer.hbs', '<{{> inner}}|{{> @partial-block}}>');
  write('inner.hbs', '{{key "a"}}');
  const text = '{{#*inline "own"}}own {{this.x}}{{/inline}}{{#> outer}}{{> own}}{{/outer}}{{#> nowhere}} or else{{/nowhere}}';
  expect(await render(text, { x: 1 })).toBe('<1|own 1> or else');
});

test('a partial that was changed is read again at the next rendering', async () => {
  write('p.hbs', 'one');
  const template = await compile('{{> p}}');
  const rendered = () => Buffer.from(template.render(fakeSource(contents)).bytes).toString();
  expect(rendered()).toBe('one');
  write('p.hbs', '{{join (split "two" "w") "W"}}');
  expect(rendered()).toBe('tWo');
  write('p.hbs', '{{#if');
  expect(rendered).toThrow(/^template: p\.hbs:1: /);
  write('p.hbs', 'three');
  expect(rendered()).toBe('three');
});

describe('mistakes name the file they are in, with line and column', () => {
  test.each([
    ['p.hbs', 'a\n  {{nosuch 1}}', 'template: p.hbs:2:4: helper "nosuch" not defined'],
    ['p.hbs', '\n{{this.nope}}', 'template: p.hbs:2:2: "nope" not defined'],
    ['p.hbs', '\n {{getv "/none"}}', 'template: p.hbs:2:1: getv: key does not exist: /none'],
  ])('%s: %j', async (file, text, message) => {
    write(file, text);
    await expect(render('x{{> p}}')).rejects.toThrow(new TemplateError(message));
  });

  test('and what a block of a partial does wrong is in the file that has the block', async () => {
    write('p.hbs', '\n\n{{> @partial-block}}');
    await expect(render('{{#> p}}{{getv "/none"}}{{/p}}')).rejects.toThrow('template: x.hbs:1:8: getv: key does not exist: /none');
  });

  test('partials that there are not, and names that are not written out', async () => {
    await expect(render('a\n {{> none}}')).rejects.toThrow(`template: x.hbs:2:1: there is no partial "none" in ${directory}`);
    await expect(render('{{> (lookup this "a")}}')).rejects.toThrow('template: x.hbs:1:0: the name of a partial must be written out');
  });

  test('partials that call one another without end', async () => {
    write('p.hbs', '{{> p}}');
    await expect(render('{{> p}}')).rejects.toThrow(/^template: x\.hbs: nested too deep$/);
  });
});

test('no name and no link leads out of the template directory', async () => {
  symlinkSync('/etc', join(directory, 'etc'));
  for (const name of ['../x', 'etc/hostname', '[/etc/hostname]']) await expect(render(`{{> ${name}}}`)).rejects.toThrow(TemplateError);
  await expect(render('{{> "../x"}}')).rejects.toThrow(/is outside of/);
  await expect(render('{{> etc/hostname}}')).rejects.toThrow(/is outside of/);
});
