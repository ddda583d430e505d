import { describe, expect, test } from 'vitest';
import { literalCalls } from '../../../../templater/check/literal-calls.js';

const calls = async (text: string, syntax: 'go' | 'handlebars' = 'go', delimiters?: readonly [string, string]) =>
  (await literalCalls(Buffer.from(text), { syntax, delimiters })).map(
    ({ name, text: first, count, line }) => `${line} ${name} ${first} ${count}`,
  );

describe('literalCalls', () => {
  test('finds them in Go syntax, in every branch, argument and definition', async () => {
    const text = `{{key "a"}}
{{if keyExists "b"}}{{with $x := key "c" | toUpper}}{{end}}{{else}}{{range service "web" "any"}}{{key .Name}}{{end}}{{end}}
{{define "t"}}{{getv "/d" (key "e")}}{{end}}{{template "t" tree "f"}}
{{"g" | key}} {{printf "%s" 1}} {{(index (service "h") 0).Address}}`;
    expect(await calls(text)).toEqual([
      '1 key a 1',
      '2 keyExists b 1',
      '2 key c 1',
      '2 service web 2',
      '3 getv /d 2',
      '3 key e 1',
      '3 tree f 1',
      '4 key g 1',
      '4 printf %s 2',
      '4 service h 1',
    ]);
  });

  test('finds them in Handlebars', async () => {
    expect(await calls('{{key "a"}}\n{{#each (service "web")}}{{getv "/x" "1"}}{{this.Name}}{{/each}}', 'handlebars')).toEqual([
      '1 key a 1',
      '2 service web 1',
      '2 getv /x 2',
    ]);
  });

  test('with other delimiters', async () => {
    expect(await calls('<<key "a">>{{key "b"}}', 'go', ['<<', '>>'])).toEqual(['1 key a 1']);
  });

  test.each(['go', 'handlebars'] as const)('a template in %s that does not parse has none', async (syntax) => {
    expect(await calls('{{key "a"', syntax)).toEqual([]);
  });
});
