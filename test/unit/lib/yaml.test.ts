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
