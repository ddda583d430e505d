import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeConfig } from '../../../../templater/consul-template/config-files.js';
import { consulTemplateFlags, unusedFlags } from '../../../../templater/consul-template/flags.js';
import {
  type BlockTable,
  configBlocks,
  type KeyType,
  templateBlocks,
  unusedKeys,
} from '../../../../templater/consul-template/option-tables.js';

const page = 'docs/from-consul-template.md';
const types: Record<KeyType, string> = {
  string: 'text',
  strings: 'list of texts',
  bool: 'true or false',
  count: 'whole number',
  integer: 'whole number',
  duration: 'time',
  signal: 'signal',
  mode: 'permission bits',
  owner: 'text, or number',
  command: 'text, or list of words',
};

const keyTable = (blocks: BlockTable) => [
  '| key | type | meaning |',
  '| --- | --- | --- |',
  ...Object.entries(blocks).flatMap(([path, keys]) =>
    Object.entries(keys).map(([key, { type, about }]) => `| \`${path === '' ? key : `${path}.${key}`}\` | ${types[type]} | ${about} |`),
  ),
];
const unusedTable = () => [
  '| key or block | because |',
  '| --- | --- |',
  ...Object.entries(unusedKeys).map(([key, reason]) => `| \`${key}\` | ${reason} |`),
];
/** One line for a reason. */
const unusedFlagTable = () => {
  const reasons = new Map<string, string[]>();
  for (const [name, { about }] of Object.entries(unusedFlags)) reasons.set(about, [...(reasons.get(about) ?? []), `\`-${name}\``]);
  return ['| flags | because |', '| --- | --- |', ...[...reasons].map(([reason, names]) => `| ${names.join(', ')} | ${reason} |`)];
};
const flagTable = () => [
  '| flag | meaning | in a file |',
  '| --- | --- | --- |',
  ...Object.entries(consulTemplateFlags).map(
    ([name, flag]) => `| \`-${name}\` | ${flag.about} | ${'sets' in flag ? `\`${flag.sets}\`` : ''} |`,
  ),
];

/** The formatter pads the columns of tables. */
const plain = (text: string) =>
  text
    .replace(/-{3,}/g, '---')
    .replace(/ *\| */g, '|')
    .replace(/\n{2,}/g, '\n');

describe('docs/from-consul-template.md', () => {
  test.each([
    { name: 'settings', lines: keyTable(configBlocks) },
    { name: 'template keys', lines: keyTable(templateBlocks) },
    { name: 'unused keys', lines: unusedTable() },
    { name: 'unused flags', lines: unusedFlagTable() },
    { name: 'flags', lines: flagTable() },
  ])('lists all $name', ({ name, lines }) => {
    const text = readFileSync(page, 'utf8');
    const begin = new RegExp(`(<!-- ${name}: [^>]*-->\n)`).exec(text)?.[1] ?? '';
    const end = `<!-- end of ${name} -->`;
    const [before = '', rest = ''] = text.split(begin);
    const [, after = ''] = rest.split(end);
    const wanted = `${before}${begin}${lines.join('\n')}\n${end}${after}`;
    if (process.env.UPDATE_DOCS) writeFileSync(page, wanted);
    expect(plain(readFileSync(page, 'utf8'))).toBe(plain(wanted));
  });

  test('its example of a configuration is one', () => {
    const [, example = ''] = /```hcl\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
    const { settings, templates } = decodeConfig(example, 'from file: example');
    expect(settings.exec.command).toEqual(['nginx', '-g', 'daemon off;']);
    expect(templates[0]?.['']).toMatchObject({ perms: 0o644, command_timeout: 20_000 });
  });
});
