/** The TOML examples of docs/mesh-template.md that are files of our own: each one is read as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';
import { offlineSources } from '../../../../templater/test-templates/offline-sources.js';

const page = readFileSync('docs/mesh-template.md', 'utf8');
const examples = [...page.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text = '']) => text).filter((text) => !text.includes('[[test]]'));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-docs-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(4);
});

test.each(examples.map((text) => ({ text, name: text.split('\n')[0] })))('the example that begins with $name', ({ text }) => {
  const file = join(directory, 'mesh-template.toml');
  // Some show a template of a group that stands elsewhere on the page.
  const groups = [...text.matchAll(/^group = "(\w+)"/gm)].map(([, name = '']) => name).filter((name) => !text.includes(`[group.${name}]`));
  writeFileSync(file, `${text}\n${[...new Set(groups)].map((name) => `[group.${name}]\n`).join('')}`);
  const read = readFiles([file]);
  const rules = { prefix: '', owners: { userId: () => 0, groupId: () => 0 }, missing: 'wait', waitTimeoutMs: undefined } as const;
  const { failures } = new NativeResources().in(read, { ...rules, source: offlineSources(read.documents) });
  expect(failures.map((failure) => failure.text)).toEqual([]);
  expect(settingsOf(read.documents)).toBeDefined();
});
