import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FlagTable } from '../../../../src/lib/argv.js';
import { connectionFlags } from '../../../../templater/connection-flags.js';
import { fleetFlags } from '../../../../templater/fleet/command.js';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';
import { ownGroup } from '../../../../templater/resource.js';
import { rolloutResumeFlags, rolloutStatusFlags } from '../../../../templater/rollout/command.js';
import { StatusBook } from '../../../../templater/status/book.js';
import { statusFlags } from '../../../../templater/status/command.js';
import { totalsOf } from '../../../../templater/status/metrics.js';
import { resourceStates } from '../../../../templater/status/report.js';

const rules: Parameters<NativeResources['in']>[1] = {
  prefix: '',
  owners: { userId: () => 1, groupId: () => 1 },
  missing: 'wait',
  waitTimeoutMs: undefined,
};

const optionTable = (flags: FlagTable) => [
  '| option | meaning |',
  '| --- | --- |',
  ...Object.entries(flags).map(([name, { about }]) => `| \`-${name}\` | ${about} |`),
];

function metricTable(): readonly string[] {
  const book = new StatusBook({ now: () => 0 });
  book.began({ name: 'web', source: '', destination: '', group: ownGroup('web', 'web') });
  const { gauges, counters, samples } = totalsOf(book, { startedMs: 0 });
  const rows = [
    ...gauges.map((gauge) => ({ ...gauge, kind: 'gauge' })),
    ...counters.map((counter) => ({ ...counter, kind: 'counter' })),
    ...samples.map((sample) => ({ ...sample, kind: 'summary' })),
  ].map(({ fullName, kind, series }) => {
    const labels = Object.keys(series.labels ?? {}).map((label) => `\`${label}\``);
    return `| \`${fullName}\` | ${kind} | ${labels.join(', ')} | ${series.help} |`;
  });
  return ['| metric | kind | labels | meaning |', '| --- | --- | --- | --- |', ...new Set(rows)];
}

test.each([
  { page: 'docs/template-status.md', name: 'status options', lines: optionTable(statusFlags) },
  { page: 'docs/template-status.md', name: 'fleet options', lines: optionTable({ ...fleetFlags, ...connectionFlags }) },
  { page: 'docs/template-status.md', name: 'metrics', lines: metricTable() },
  {
    page: 'docs/rollout.md',
    name: 'rollout options',
    lines: optionTable({ ...rolloutStatusFlags, ...rolloutResumeFlags, ...connectionFlags }),
  },
])('$page lists all $name', ({ page, name, lines }) => {
  const text = readFileSync(page, 'utf8');
  const begin = new RegExp(`(<!-- ${name}: [^>]*-->\n)`).exec(text)?.[1] ?? '';
  const end = `<!-- end of ${name} -->`;
  const [before = '', rest = ''] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  expect(begin).not.toBe('');
  if (process.env.UPDATE_DOCS) writeFileSync(page, `${before}${begin}${lines.join('\n')}\n${after}`);
  else expect(rest.slice(0, rest.indexOf(end)).trim()).toBe(lines.join('\n'));
});

test('every state is explained', () => {
  const text = readFileSync('docs/template-status.md', 'utf8');
  for (const state of resourceStates) expect(text).toContain(`| \`${state}\` |`);
});

test.each(['docs/rollout.md', 'docs/template-status.md'])('the files in %s can be read', (page) => {
  const directory = mkdtempSync(join(tmpdir(), 'mesh-docs-'));
  const examples = [...readFileSync(page, 'utf8').matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(0);
  for (const [position, text] of examples.entries()) {
    const path = join(directory, `${position}.toml`);
    writeFileSync(path, text);
    const files = readFiles([path]);
    expect(() => settingsOf(files.documents)).not.toThrow();
    expect(new NativeResources().in(files, rules)).toMatchObject({ failures: [] });
  }
  rmSync(directory, { recursive: true });
});
