/** Names that objects of JavaScript inherit are names like any other: not there unless the data have them, and then what the data say. */
import { afterEach, describe, expect, test } from 'vitest';
import { compile } from '../../../templater/engine.js';
import { TemplateError } from '../../../templater/template-error.js';
import { fakeSource } from './fake-source.js';

const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'prototype'];
/** An own member of each of the names, as JSON.parse makes them. */
const owning: unknown = JSON.parse(`{${names.map((name) => `"${name}":{"x":"${name}!"}`).join(',')}}`);
const source = fakeSource({
  keys: Object.fromEntries(names.map((name) => [`app/${name}/x`, `${name}!`])),
  kv: Object.fromEntries(names.map((name) => [`app/${name}/x`, `${name}!`])),
});

async function render(syntax: 'go' | 'handlebars', text: string, data?: unknown): Promise<string> {
  const template = await compile({ text, name: 't', syntax, dialect: 'both' });
  return Buffer.from(template.render(source, data).bytes).toString();
}

afterEach(() => {
  const clean: Readonly<Record<string, unknown>> = {};
  expect([clean.x, clean.polluted, Object.keys(Object.prototype)]).toEqual([undefined, undefined, []]);
});

describe.each(names)('%s', (name) => {
  test.each([
    [`{{.${name}}}`, '<no value>'],
    [`{{index . "${name}"}}`, '<no value>'],
    [`{{.${name}.x}}`, '<no value>'],
    [`{{hasKey . "${name}"}}`, 'false'],
    [`{{sprig_get . "${name}"}}`, ''],
    [`{{sprig_dig "${name}" "x" "none" .}}`, 'none'],
    [`{{scratch.Key "${name}"}}`, 'false'],
    [`{{getenv "${name}"}}{{env "${name}"}}{{sprig_env "${name}"}}{{sprig_expandenv "\${${name}}"}}`, ''],
    [`{{lookupIfaceIPV4 "${name}"}}{{lookupIfaceIPV6 "${name}"}}{{lookupIP "${name}"}}`, '[]'],
    [`{{keyExists "${name}"}}{{exists "/${name}"}}`, 'falsefalse'],
  ])('is not there in Go syntax: %s', async (text, output) => {
    expect(await render('go', text, {})).toBe(output);
  });

  test.each([
    [`{{.${name}.x}}{{index . "${name}" "x"}}`, `${name}!${name}!`],
    [`{{range $k, $v := .}}{{if eq $k "${name}"}}{{$v.x}}{{end}}{{end}}`, `${name}!`],
    [`{{getv "/app/${name}/x"}}{{key "app/${name}/x"}}{{range gets "/app/${name}/*"}}{{.Value}}{{end}}`, `${name}!${name}!${name}!`],
    [`{{(index (byKey (tree "app")) "${name}").x.Value}}`, `${name}!`],
    [`{{(index (tree "app" | explode) "${name}").x}}`, `${name}!`],
    [`{{(sprig_merge (sprig_dict) (sprig_deepCopy .)).${name}.x}}`, `${name}!`],
    [`{{$m := sprig_set (sprig_dict) "${name}" "v"}}{{$m.${name}}}{{toJson $m}}`, `v{"${name}":"v"}`],
    [`{{$m := map "${name}" "v"}}{{toYAML $m}}|{{toTOML $m}}`, `${name}: v|${name} = "v"`],
    [`{{(parseJSON "{\\"${name}\\":1}").${name}}}{{(parseYAML "${name}: 1").${name}}}`, '11'],
    [`{{scratch.Set "${name}" 1}}{{scratch.Get "${name}"}}{{scratch.MapSet "m" "${name}" 2}}{{scratch.MapValues "m"}}`, '1[2]'],
    [`{{(splitToMap ";" ":" "${name}:v").${name}}}`, 'v'],
    [`{{define "${name}"}}D{{end}}{{template "${name}"}}{{executeTemplate "${name}"}}`, 'DD'],
    [`{{$${name} := 1}}{{$${name}}}`, '1'],
  ])('is there in Go syntax: %s', async (text, output) => {
    expect(await render('go', text, owning)).toBe(output);
  });

  test.each([
    `{{sockaddr "GetAllInterfaces | attr \\"${name}\\""}}`,
    `{{sockaddr "GetAllInterfaces | sort \\"${name}\\" | attr \\"name\\""}}`,
    `{{${name}}}`,
    `{{template "${name}"}}`,
    `{{"a".${name}}}`,
    `{{(list 1).${name}}}`,
    `{{(datetime).${name}}}`,
  ])('is an error in Go syntax: %s', async (text) => {
    await expect(render('go', text, {})).rejects.toThrow(TemplateError);
  });

  test.each([
    `{{this.${name}}}`,
    `{{[${name}]}}`,
    `{{@${name}}}`,
    `{{@root.${name}}}`,
    `{{${name}.x}}`,
    `{{#with a}}{{this.${name}}}{{/with}}`,
  ])('is an error in Handlebars: %s', async (text) => {
    await expect(render('handlebars', `\n${text}`, { a: [1] })).rejects.toThrow(
      new RegExp(`^template: t:2:\\d+: "(?:${name}|x)" not defined$`),
    );
  });

  test.each([
    [`{{lookup this "${name}"}}{{lookup a "${name}"}}{{lookup "text" "${name}"}}`, ''],
    [`{{#if ${name}}}there{{else}}none{{/if}}`, 'none'],
  ])('is nothing in Handlebars: %s', async (text, output) => {
    expect(await render('handlebars', text, { a: [1] })).toBe(output);
  });

  test.each([
    [`{{this.${name}.x}}{{#each this}}{{#if @last}}{{x}}{{/if}}{{/each}}`, `${name}!prototype!`],
    [`{{lookup (lookup this "${name}") "x"}}`, `${name}!`],
    [`{{lookup (map "${name}" "v") "${name}"}}`, 'v'],
    [`{{#each (map "${name}" "v")}}{{@key}}={{this}}{{/each}}`, `${name}=v`],
    [`{{#each (list 1) as |${name}|}}{{${name}}}{{/each}}`, '1'],
  ])('is there in Handlebars: %s', async (text, output) => {
    expect(await render('handlebars', text, owning)).toBe(output);
  });
});
