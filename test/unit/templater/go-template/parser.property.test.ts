import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { functionNames } from '../../../../templater/functions/table.js';
import type { ListNode, Statement, TemplateTree } from '../../../../templater/go-template/node.js';
import { parseTemplate } from '../../../../templater/go-template/parser.js';
import { printNode } from '../../../../templater/go-template/print-node.js';
import { ParseError } from '../../../../templater/go-template/token-reader.js';
import { mutatedTemplate, randomBytes, recordedTemplates, tokenSoup, wellFormed } from './arbitrary-templates.js';

const known = new Set(functionNames('both'));
const delimiters = ['{{', '}}'] as const;

function parse(source: string): TemplateTree {
  return parseTemplate({ source, name: 't', delimiters, isFunction: (name) => known.has(name) });
}

/** Positions differ between a template and its print, and texts that a comment parted are one in the print. */
function shape(tree: TemplateTree): string {
  return JSON.stringify([...tree.templates], (key, value) => {
    if (key === 'position') return undefined;
    if (key === 'statements') return joinTexts(value);
    return typeof value === 'bigint' ? `${value}n` : value;
  });
}

function joinTexts(statements: ListNode['statements']): ListNode['statements'] {
  const joined: Statement[] = [];
  for (const statement of statements) {
    const last = joined.at(-1);
    if (statement.kind === 'text' && last?.kind === 'text') joined[joined.length - 1] = { ...last, text: last.text + statement.text };
    else joined.push(statement);
  }
  return joined;
}

function expectSameTree(tree: TemplateTree): void {
  expect(shape(parse(printTree(tree)))).toEqual(shape(tree));
}

function printTree(tree: TemplateTree): string {
  return [...tree.templates]
    .map(([name, list]) => (name === 't' ? printNode(list) : `{{define ${JSON.stringify(name)}}}${printNode(list)}{{end}}`))
    .join('');
}

function parseOrError(source: string): TemplateTree | ParseError {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
}

/** No input is longer than some kilobytes, which take the parser well below a millisecond: that is a hang, on a busy machine as well. */
const hangMs = 10_000;

function fuzz(inputs: fc.Arbitrary<string>, numRuns: number): void {
  let slowestMs = 0;
  fc.assert(
    fc.property(inputs, (source) => {
      const startMs = performance.now();
      parseOrError(source);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
    }),
    { numRuns },
  );
  expect(slowestMs).toBeLessThan(hangMs);
}

// Together a hundred thousand inputs; none may hang, and none may fail with anything but a parse error.
describe('the parser ends with a tree or a parse error', () => {
  test('on any bytes', () => fuzz(randomBytes, 20_000));
  test('on anything that looks like a template', () => fuzz(tokenSoup, 40_000));
  test('on templates with something cut out, doubled or put in', () => fuzz(mutatedTemplate, 40_000));

  test('on nesting that would exhaust the stack', () => {
    expect(parseOrError('{{'.concat('('.repeat(100_000)))).toBeInstanceOf(ParseError);
    expect(parseOrError('{{if 1}}'.repeat(100_000))).toBeInstanceOf(ParseError);
  });
});

describe('what is printed parses to the same tree again', () => {
  test('of any well-formed template', () => {
    fc.assert(
      fc.property(wellFormed, (source) => {
        expectSameTree(parse(source));
      }),
      { numRuns: 2000 },
    );
  });

  test('of all recorded templates that parse', () => {
    const trees = recordedTemplates.map(parseOrError).filter((result): result is TemplateTree => !(result instanceof ParseError));
    expect(trees.length).toBeGreaterThan(recordedTemplates.length / 2);
    for (const tree of trees) expectSameTree(tree);
  });

  test('of mutated templates, where they still are well-formed', () => {
    let parsed = 0;
    fc.assert(
      fc.property(mutatedTemplate, (source) => {
        const tree = parseOrError(source);
        if (tree instanceof ParseError) return;
        parsed++;
        expectSameTree(tree);
      }),
      { numRuns: 5000 },
    );
    expect(parsed).toBeGreaterThan(200);
  });
});
