/** Templates for property tests: well-formed ones, soups of tokens, and the recorded ones with something cut, doubled or put in. */
import fc from 'fast-check';
import { recordedCases } from '../recordings.js';

/** Functions that the generated templates call: the builtins, which every dialect has. */
export const builtinNames = ['print', 'printf', 'len', 'index', 'eq', 'and', 'or', 'not', 'slice', 'html'];

export const recordedTemplates: readonly string[] = [
  ...new Set((['go-template', 'confd', 'consul-template'] as const).flatMap((file) => recordedCases(file).map(({ template }) => template))),
];

/** Pieces that make a text look like a template more often than chance would. */
const pieces = [
  ...[
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '{{/*',
    '*/}}',
    'if ',
    'range ',
    'end',
    'else',
    'else if ',
    'else with ',
    'with ',
    'define "x"',
    'template "x" ',
    'block "y" .',
  ],
  ...[
    'break',
    'continue',
    '{{end}}',
    '{{if .}}',
    '{{range $i, $v := .}}',
    '{{define "z"}}',
    '{{template "z" .}}',
    '{{else}}',
    '__proto__',
    'constructor',
  ],
  ...[
    '$x',
    '$',
    ':=',
    '=',
    ',',
    '|',
    '(',
    ')',
    '.',
    '.a',
    '"s"',
    '`r`',
    "'c'",
    '1',
    '0x',
    '1e',
    '2i',
    '-',
    '"',
    '`',
    "'",
    '\\',
    '\n',
    ' ',
    '\t',
    '\r\n',
  ],
  ...['nil', 'true', 'len', 'print', 'é', '\0', '\xff', '<<', '>>'],
];
const piece = fc.constantFrom(...pieces);

export const randomBytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
export const tokenSoup = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));

/** Where and how far are parts of the whole, so that they suit a text of any length. */
const edit = fc.record({
  kind: fc.constantFrom('cut', 'double', 'insert', 'replace', 'swap', 'end'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 30 }),
  piece,
});
export const mutatedTemplate = fc
  .tuple(fc.constantFrom(...recordedTemplates), fc.constantFrom(...recordedTemplates), fc.array(edit, { minLength: 1, maxLength: 6 }))
  .map(([template, other, edits]) => {
    let text = template;
    for (const { kind, at, length, piece: given } of edits) {
      const start = Math.floor(at * text.length);
      const [before, part, after] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)];
      text = {
        cut: before + after,
        double: before + part + part + after,
        insert: before + given + part + after,
        replace: before + given + after,
        swap: part + before + after,
        end: before + other.slice(Math.floor(at * other.length)),
      }[kind];
    }
    return text;
  });

const names = fc.constantFrom('a', 'b', 'name', 'Port', 'x_1', '__proto__', 'constructor');
const literal = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.constantFrom('1.5', '0x1F', '1e3', '2i', '"text"', '"q\\"uote\\n"', '`raw`', '`two\nlines`', "'c'", "'\\''", 'true', 'false'),
);
const fieldChain = fc.array(names, { minLength: 1, maxLength: 3 }).map((chain) => chain.map((name) => `.${name}`).join(''));

export const { operand } = fc.letrec<{ operand: string; pipeline: string; command: string }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    fieldChain,
    fc.constantFrom('.', '$', '$.a.b', 'print', 'print.a'),
    tie('pipeline').map((pipeline) => `(${pipeline})`),
    fc.tuple(tie('pipeline'), fieldChain).map(([pipeline, chain]) => `(${pipeline})${chain}`),
  ),
  command: fc
    .tuple(fc.constantFrom(...builtinNames), fc.array(fc.oneof(tie('operand'), fc.constant('nil')), { maxLength: 3 }))
    .map(([name, given]) => [name, ...given].join(' ')),
  pipeline: fc
    .tuple(fc.oneof(tie('operand'), tie('command')), fc.array(tie('command'), { maxLength: 2 }))
    .map(([first, rest]) => [first, ...rest].join(' | ')),
}));

const text = fc.constantFrom('plain ', 'a\n', '', 'line { } ', '  ', '- ', '}}', '{ {{- 1}}', '{ {{- /* c */}}{ ');
const { statements } = fc.letrec<{ statements: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    operand.map((value) => `{{${value}}}`),
    operand.map((value) => `{{$v := ${value}}}`),
    fc
      .tuple(fc.constantFrom('if', 'with', 'range'), operand, tie('statements'), tie('statements'))
      .map(([word, value, body, otherwise]) => `{{${word} ${value}}}${body}{{else}}${otherwise}{{end}}`),
    fc.tuple(operand, tie('statements')).map(([value, body]) => `{{range $i, $e := ${value}}}${body}{{$i}}{{$e}}{{end}}`),
    fc.tuple(operand, tie('statements')).map(([value, body]) => `{{with $w := ${value}}}${body}{{$w.a}}{{end}}`),
    fc
      .tuple(operand, operand, tie('statements'), fc.constantFrom('', '{{else}}no', '{{else if .c}}c{{else}}no'))
      .map(([first, second, body, rest]) => `{{if ${first}}}x{{else if ${second}}}${body}${rest}{{end}}`),
    fc.tuple(operand, operand, tie('statements')).map(([first, second, body]) => `{{with ${first}}}x{{else with ${second}}}${body}{{end}}`),
    operand.map((value) => `{{template "other" ${value}}}`),
    fc.constant('{{template "other"}}'),
    fc.tuple(fc.nat({ max: 2 }), operand, tie('statements')).map(([n, value, body]) => `{{block "block ${n}" ${value}}}{{end}}${body}`),
    operand.map((value) => `{{- ${value} -}}`),
    operand.map((value) => `{{$v := ${value}}}{{$v = ${value} | print}}{{/* a comment */}} {{- /* another */ -}} `),
    fc
      .tuple(operand, fc.constantFrom('break', 'continue'), tie('statements'))
      .map(([value, word, body]) => `{{range ${value}}}{{if .}}{{${word}}}{{end}}${body}{{end}}`),
  ),
  statements: fc.array(tie('statement'), { maxLength: 4 }).map((parts) => parts.join('')),
}));

/** With a definition that calls itself: as a rule it ends by a field that is not there. */
export const wellFormed = fc
  .tuple(statements, statements, statements)
  .map(([main, other, named]) => `${main}{{define "other"}}x${other}{{end}}{{define \`n "1"\`}}n${named}{{end}}`);
