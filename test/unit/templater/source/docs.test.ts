/** The examples of "Where keys come from" in docs/mesh-template.md: each one is read as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveSettings } from '../../../../templater/confd/settings.js';
import { parseConfdFlags } from '../../../../templater/confd/settings-layers.js';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';

const page = readFileSync('docs/mesh-template.md', 'utf8');
const section = /## Where keys come from\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
const commands = [...section.matchAll(/^ {4}mesh-template (.*)$/gm)].map(([, words = '']) => words);
const files = [...section.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

const resolve = (argv: readonly string[], configured?: Parameters<typeof resolveSettings>[2]) =>
  resolveSettings(
    parseConfdFlags(argv),
    {
      environment: () => undefined,
      readText: () => undefined,
      parseToml: () => Promise.reject(new Error('no file')),
      serviceAddresses: async (record) => (record === '_etcdv3._tcp.example.com.' ? ['a:2379'] : []),
    },
    configured,
  );

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-docs-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('where keys come from', () => {
  test('there are examples', () => {
    expect([commands.length, files.length]).toEqual([6, 1]);
  });

  test.each(commands)('mesh-template %s', async (words) => {
    const { backend, source } = await resolve(words.replaceAll("'", '').split(' '));
    expect(words).toContain(`-backend ${backend}`);
    expect(source).toMatchObject({ kind: 'several', main: { kind: backend.replace('v3', '') } });
  });

  test.each(files)('a file %#', async (text) => {
    writeFileSync(join(directory, 'm.toml'), text);
    const read = readFiles([join(directory, 'm.toml')]);
    const settings = await resolve(['-config', 'm.toml'], settingsOf(read.documents).configured);
    const owners = { userId: () => undefined, groupId: () => undefined };
    const { resources, failures } = new NativeResources().in(read, { ...settings, owners });
    expect(failures).toEqual([]);
    expect(resources.map(({ dataFrom }) => dataFrom)).toEqual([
      { source: 'redis', isAgent: false },
      { source: 'secrets', isAgent: false },
    ]);
  });
});
