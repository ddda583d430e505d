import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FunctionRow } from '../../../../templater/functions/function-row.js';
import { functionsOf, functionTable } from '../../../../templater/functions/table.js';

const documentation = readFileSync(fileURLToPath(new URL('../../../../docs/templates.md', import.meta.url)), 'utf8');

function documented(rows: readonly FunctionRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return rows.map(({ usage, summary }) => `| \`${cell(usage)}\` | ${cell(summary)} |`).join('\n');
}

test('a name means one thing in a dialect', () => {
  for (const dialect of ['go', 'confd', 'consul-template'] as const) {
    const names = functionTable.filter(({ dialects }) => dialects.includes(dialect)).map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  }
});

test('every usage begins with the name', () => {
  expect(functionTable.filter(({ name, usage }) => usage.split(' ')[0] !== name)).toEqual([]);
});

describe('docs/templates.md lists the functions of', () => {
  const builtIn = functionTable.filter(({ dialects }) => dialects.includes('go'));
  const others = functionTable.filter(({ dialects }) => !dialects.includes('go'));
  test.each([
    ['every dialect', builtIn],
    ['confd', others.filter(({ dialects }) => dialects.includes('confd'))],
    ['consul-template', others.filter(({ dialects }) => dialects.includes('consul-template'))],
  ] as const)('%s', (_, rows) => {
    expect(documentation).toContain(documented(rows));
  });
});

test('in both dialects together no function is lost but those whose name confd has too', () => {
  const both = functionsOf('both');
  for (const dialect of ['confd', 'consul-template'] as const)
    for (const name of functionsOf(dialect).keys()) expect(both.has(name)).toBe(true);
  const clashing = [...functionsOf('consul-template')].filter(([name]) => functionsOf('confd').has(name) && !functionsOf('go').has(name));
  for (const [name] of clashing) expect(both.get(name)?.parameters).toEqual(functionsOf('confd').get(name)?.parameters);
});
