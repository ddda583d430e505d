/**
 * Every recorded case of test/conformance/config against bin/mesh. Cases named in the table "Configuration" of
 * test/conformance/DIFFERENCES.md must fail, all others must pass, so that the table cannot go stale.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences, runRecordings } from '../support/recordings.js';

const folder = 'test/conformance/config';
const timeoutMs = 600_000;

interface Recording {
  readonly cases: readonly { readonly name: string }[];
}

const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const known = files.flatMap((file) => {
  const { cases } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Recording;
  return cases.map(({ name }) => `${file.replace('.json', '')}/${name}`);
});
const different = differences('Configuration');

test('every difference that is listed has a recording', () => {
  expect([...different].filter((id) => !known.includes(id))).toEqual([]);
});

test(
  'the recorded configurations are read alike',
  async () => {
    const results = await replay();
    expect(results.map(({ id }) => id).sort()).toEqual([...known].sort());
    const failed = results.filter(({ id, passed }) => !passed && !different.has(id));
    // They say what has to happen within some seconds: what a busy machine was too slow for is tried once more, by itself.
    for (const { id, report } of failed) {
      const again = await replay('--only', id.replace(/^.*\//, ''));
      expect(again.find((result) => result.id === id)?.passed, report).toBe(true);
    }
    const passed = results.filter((result) => result.passed).map(({ id }) => id);
    expect(
      passed.filter((id) => different.has(id)),
      'these pass now: take them out of DIFFERENCES.md',
    ).toEqual([]);
  },
  timeoutMs,
);

interface Result {
  readonly id: string;
  readonly passed: boolean;
  readonly report: string;
}

async function replay(...chosen: readonly string[]): Promise<readonly Result[]> {
  const args = ['--bin', 'bin/mesh', '--cases', folder, '--port-base', '27800', '--jobs', '2', '--verbose', ...chosen];
  const output = await runRecordings('run-config.mjs', args);
  return [...output.matchAll(/^(ok {2}|FAIL) (\S+)\.json (\S+)\n(?: {5}.*\n)*/gm)].map(([report, outcome, file, name]) => ({
    id: `${file}/${name}`,
    passed: outcome !== 'FAIL',
    report,
  }));
}
