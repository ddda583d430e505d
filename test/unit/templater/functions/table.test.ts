import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FunctionRow } from '../../../../templater/functions/function-row.js';
import { functionGroups } from '../../../../templater/functions/groups.js';
import { functionNames, isFunctionName, loadFunctions, loadFunctionTable } from '../../../../templater/functions/table.js';

const functionTable = await loadFunctionTable();

const documentationPath = fileURLToPath(new URL('../../../../docs/templates.md', import.meta.url));
const documentation = readFileSync(documentationPath, 'utf8');

function documented(rows: readonly FunctionRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(({ usage, summary }) => `| \`${cell(usage)}\` | ${cell(summary)} |`);
  return ['| call | what it gives |', '|---|---|', ...lines, ''].join('\n');
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

describe('docs/templates.md lists the functions of (UPDATE_DOCS=1 writes them)', () => {
  const builtIn = functionTable.filter(({ dialects }) => dialects.includes('go'));
  const others = functionTable.filter(({ dialects }) => !dialects.includes('go'));
  test.each([
    ['every dialect', builtIn],
    ['confd', others.filter(({ dialects }) => dialects.includes('confd'))],
    ['consul-template', others.filter(({ dialects, name }) => dialects.includes('consul-template') && !name.startsWith('sprig_'))],
    ['sprig', others.filter(({ name }) => name.startsWith('sprig_'))],
  ] as const)('%s', (section, rows) => {
    const place = new RegExp(`(<!-- functions: ${section} -->\\n)([^]*?)(<!-- end -->)`);
    if (process.env.UPDATE_DOCS === '1') {
      const updated = readFileSync(documentationPath, 'utf8').replace(place, (_, start, __, end) => start + documented(rows) + end);
      writeFileSync(documentationPath, updated);
      return;
    }
    expect(place.exec(documentation)?.[2]).toBe(documented(rows));
  });
});

test('the index names the functions that the files have, and where', async () => {
  for (const { names, load } of functionGroups) {
    const rows = await load();
    for (const dialect of ['go', 'confd', 'consul-template'] as const) {
      const inFile = rows.filter(({ dialects }) => dialects.includes(dialect)).map(({ name }) => name);
      expect(names[dialect]?.split(' ').toSorted() ?? []).toEqual(inFile.toSorted());
    }
  }
});

test('in both dialects together no function is lost but those whose name confd has too', async () => {
  for (const dialect of ['confd', 'consul-template'] as const)
    for (const name of functionNames(dialect)) expect(isFunctionName('both', name)).toBe(true);
  const clashing = functionNames('consul-template').filter((name) => isFunctionName('confd', name));
  const [both, confd] = [await loadFunctions('both', clashing), await loadFunctions('confd', clashing)];
  for (const name of clashing) expect(both.get(name)?.parameters).toEqual(confd.get(name)?.parameters);
});

test('a name that is no function is loaded as nothing', async () => {
  expect(isFunctionName('confd', 'constructor')).toBe(false);
  expect(await loadFunctions('confd', ['constructor', 'nosuch'])).toEqual(new Map());
});
