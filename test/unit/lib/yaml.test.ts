import { expect, test } from 'vitest';
import { parseYaml, YamlError } from '../../../src/lib/yaml.js';

test.each([
  {
    name: 'whole numbers are bigint, others number',
    text: 'a: 1\nb: 1.5\nc: 9007199254740993',
    value: { a: 1n, b: 1.5, c: 9007199254740993n },
  },
  { name: 'the words of YAML 1.1 are truths', text: '[yes, off, true]', value: [true, false, true] },
  { name: 'a leading zero is octal, dates and times stay text', text: '[010, 2024-01-02, 1:30]', value: [8n, '2024-01-02', '1:30'] },
  { name: 'merge keys are merged', text: 'p: &x {a: 1}\nq:\n  <<: *x\n  b: 2', value: { p: { a: 1n }, q: { a: 1n, b: 2n } } },
  { name: 'nothing is null', text: '', value: null },
])('$name', ({ text, value }) => {
  expect(parseYaml(text)).toEqual(value);
});

test.each([
  ['a: [1', 1],
  ['a: 1\na: 2', 2],
  ['a: 1\nb:\n\t- x', 3],
  ['a: *none', 1],
])('a mistake is told with its line: %j', (text, line) => {
  expect(() => parseYaml(text)).toThrow(YamlError);
  try {
    parseYaml(text);
  } catch (error) {
    expect((error as YamlError).line).toBe(line);
    expect((error as YamlError).message).not.toContain('\n');
  }
});

test('a document that grows by its aliases is refused', () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`);
  expect(() => parseYaml(`a0: &a0 [x]\n${levels.join('\n')}`)).toThrow(YamlError);
});

test.each([
  { name: 'brackets', deep: (depth: number) => `a:\n  ${'['.repeat(depth)}${']'.repeat(depth)}`, line: 2 },
  { name: 'braces', deep: (depth: number) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`, line: 1 },
  { name: 'lists in one line', deep: (depth: number) => `x: 1\ny:\n  ${'- '.repeat(depth)}a`, line: 3 },
  { name: 'questions', deep: (depth: number) => '? '.repeat(depth), line: 1 },
  { name: 'lines', deep: (depth: number) => Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), line: undefined },
  { name: 'lists of maps in as few columns as may be', deep: (depth: number) => columns(depth / 2), line: undefined },
])('$name inside one another are read 200 deep, and refused beyond 500', ({ deep, line }) => {
  expect(() => parseYaml(deep(200))).not.toThrow();
  // In lines of their own each takes one more blank: the text grows with the square.
  for (const depth of line === undefined ? [600, 3000] : [600, 60_000]) {
    const read = () => parseYaml(deep(depth));
    expect(read).toThrow(YamlError);
    expect(read).toThrow('more than 500 lists and maps inside one another');
    if (line !== undefined) expect(read).toThrow(expect.objectContaining({ line }));
  }
});

function columns(pairs: number): string {
  return Array.from({ length: pairs }, (_, i) => `${' '.repeat(i)}a:\n${' '.repeat(i)}-`).join('\n');
}

test('a text that is far to the right, or has many brackets, is not deep', () => {
  expect(parseYaml(`a: |\n x\n ${' '.repeat(600)}y`)).toEqual({ a: `x\n${' '.repeat(600)}y\n` });
  expect(parseYaml(`a: "${'['.repeat(600)}"`)).toEqual({ a: '['.repeat(600) });
});

test('what is a mistake anyway does not take the parser deep either', () => {
  expect(() => parseYaml(': '.repeat(60_000))).toThrow('more than 500 lists and maps');
  expect(() => parseYaml('['.repeat(60_000))).toThrow('more than 500 lists and maps');
});
