import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ConfdFlag, confdFlags, configFileKeys } from '../../../../templater/confd/flags.js';
import { nativeTables, topKeys } from '../../../../templater/native/keys.js';
import type { KeyRows } from '../../../../templater/native/table-values.js';
import { serviceKeys, testFileKeys, testKeys } from '../../../../templater/test-templates/test-file.js';

const page = 'docs/mesh-template.md';
const section = (name: string) => ({
  begin: new RegExp(`(<!-- ${name}: [^>]*-->\n)`).exec(readFileSync(page, 'utf8'))?.[1] ?? '',
  end: `<!-- end of ${name} -->`,
});

const types = {
  string: 'text',
  strings: 'list of texts',
  list: 'text or list of texts',
  command: 'text or list of texts',
  integer: 'whole number',
  duration: 'time',
  boolean: 'true or false',
  signal: 'signal',
  table: 'table',
} as const;
const keyTable = (rows: KeyRows) => [
  '| key | type | meaning |',
  '| --- | --- | --- |',
  ...Object.entries(rows).map(([key, { type, about }]) => `| \`${key}\` | ${types[type]} | ${about.replaceAll('|', '\\|')} |`),
];
const [templateTable, ...settingsTables] = nativeTables;
const settingsLines = () => [
  ...keyTable(topKeys),
  ...settingsTables.flatMap(({ header, rows }) => ['', `\`${header}\``, '', ...keyTable(rows)]),
];

const testLines = () => [
  ...keyTable(testFileKeys),
  '',
  '`[[test]]`',
  '',
  ...keyTable(testKeys),
  '',
  '`[[test.service]]`',
  '',
  ...keyTable(serviceKeys),
];

const optionTable = () => [
  '| option | default | meaning | in the file |',
  '| --- | --- | --- | --- |',
  ...Object.entries(confdFlags).map(([name, flag]) => {
    const fallback = 'fallback' in flag ? `\`${flag.fallback}\`` : '';
    const inFile = Object.keys(configFileKeys).find((key) => configFileKeys[key] === (name as ConfdFlag));
    return `| \`-${name}\` | ${fallback} | ${flag.about} | ${inFile === undefined ? '' : `\`${inFile}\``} |`;
  }),
];

/** The formatter pads the columns of tables. */
const plain = (text: string) =>
  text
    .replace(/-{3,}/g, '---')
    .replace(/ *\| */g, '|')
    .replace(/\n{2,}/g, '\n');

describe('docs/mesh-template.md', () => {
  test.each([
    { name: 'resource keys', lines: keyTable(templateTable.rows) },
    { name: 'settings', lines: settingsLines() },
    { name: 'test keys', lines: testLines() },
    { name: 'options', lines: optionTable() },
  ])('lists all $name', ({ name, lines }) => {
    const { begin, end } = section(name);
    const text = readFileSync(page, 'utf8');
    const [before = '', rest = ''] = text.split(begin);
    const [, after = ''] = rest.split(end);
    const wanted = `${before}${begin}${lines.join('\n')}\n${end}${after}`;
    if (process.env.UPDATE_DOCS) writeFileSync(page, wanted);
    expect(plain(readFileSync(page, 'utf8'))).toBe(plain(wanted));
  });
});
