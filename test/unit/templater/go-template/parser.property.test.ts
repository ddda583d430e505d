import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TemplateTree } from '../../../../templater/go-template/node.js';
import { parseTemplate } from '../../../../templater/go-template/parser.js';
import { printNode } from '../../../../templater/go-template/print-node.js';
import { ParseError } from '../../../../templater/go-template/token-reader.js';

const functionNames = ['print', 'printf', 'len', 'index', 'eq', 'and', 'or', 'not'];

function parse(source: string): TemplateTree {
  return parseTemplate({ source, name: 't', delimiters: ['{{', '}}'], isFunction: (name) => functionNames.includes(name) });
}

/** Positions differ between a template and its print. */
function withoutPositions(tree: TemplateTree): string {
  return JSON.stringify([...tree.templates], (key, value) =>
    key === 'position' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}

function parseOrError(source: string): TemplateTree | ParseError {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
}

/** Pieces that make a text look like a template more often than chance would. */
const fragments = fc.constantFrom(
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
    'with ',
    'define "x"',
    'template "x" ',
    'block "y" .',
    'break',
  ],
  ...[
    '$x',
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
    '-',
    '"',
    '`',
    "'",
    '\\',
    '\n',
    ' ',
    'nil',
    'true',
    'len',
  ],
);

describe('the parser', () => {
  // Together a hundred thousand inputs; none may hang, and none may fail with anything but a parse error.
  test('ends with a tree or a parse error on any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(bytes, (source) => void parseOrError(source)),
      { numRuns: 30_000 },
    );
  });

  test('ends with a tree or a parse error on anything that looks like a template', () => {
    const source = fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, (text) => void parseOrError(text)),
      { numRuns: 70_000 },
    );
  });

  test('refuses nesting that would exhaust the stack', () => {
    expect(parseOrError('{{'.concat('('.repeat(100_000)))).toBeInstanceOf(ParseError);
    expect(parseOrError('{{if 1}}'.repeat(100_000))).toBeInstanceOf(ParseError);
  });

  test('prints what parses to the same tree again', () => {
    fc.assert(
      fc.property(wellFormed, (source) => {
        const tree = parse(source);
        const printed = [...tree.templates]
          .map(([name, list]) => (name === 't' ? printNode(list) : `{{define ${JSON.stringify(name)}}}${printNode(list)}{{end}}`))
          .join('');
        expect(withoutPositions(parse(printed))).toEqual(withoutPositions(tree));
      }),
      { numRuns: 2000 },
    );
  });
});

const names = fc.constantFrom('a', 'b', 'name', 'Port', 'x_1');
const literal = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.constantFrom('1.5', '0x1F', '1e3', '"text"', '"q\\"uote\\n"', '`raw`', "'c'", 'true', 'false'),
);
const fieldChain = fc.array(names, { minLength: 1, maxLength: 3 }).map((chain) => chain.map((name) => `.${name}`).join(''));

const { operand } = fc.letrec<{ operand: string; pipeline: string; command: string }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    fieldChain,
    fc.constantFrom('.', '$', '$.a.b'),
    tie('pipeline').map((pipeline) => `(${pipeline})`),
    fc.tuple(tie('pipeline'), fieldChain).map(([pipeline, chain]) => `(${pipeline})${chain}`),
  ),
  command: fc
    .tuple(fc.constantFrom(...functionNames), fc.array(tie('operand'), { maxLength: 3 }))
    .map(([name, given]) => [name, ...given].join(' ')),
  pipeline: fc
    .tuple(fc.oneof(tie('operand'), tie('command')), fc.array(tie('command'), { maxLength: 2 }))
    .map(([first, rest]) => [first, ...rest].join(' | ')),
}));

const text = fc.constantFrom('plain ', 'a\n', '', 'line { } ', '  ');
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
    fc.tuple(operand, tie('statements')).map(([value, body]) => `{{if ${value}}}x{{else if .b}}${body}{{end}}`),
    operand.map((value) => `{{template "other" ${value}}}`),
    operand.map((value) => `{{- ${value} -}}`),
    operand.map((value) => `{{$v := ${value}}}{{$v = ${value} | print}}{{/* a comment */}}`),
    fc
      .tuple(operand, fc.constantFrom('break', 'continue'), tie('statements'))
      .map(([value, word, body]) => `{{range ${value}}}{{if .}}{{${word}}}{{end}}${body}{{end}}`),
  ),
  statements: fc.array(tie('statement'), { maxLength: 4 }).map((parts) => parts.join('')),
}));
const wellFormed = fc.tuple(statements, statements).map(([main, other]) => `${main}{{define "other"}}x${other}{{end}}`);
