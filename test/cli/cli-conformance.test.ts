/**
 * Every recorded case of test/conformance/cli against bin/mesh and real agents. Cases named in the table "Command line" of
 * test/conformance/DIFFERENCES.md must fail, all others must pass: the table is the one list of what differs, and it cannot go stale.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { differences, runRecordings } from '../support/recordings.js';

const folder = 'test/conformance/cli';
const timeoutMs = 400_000;

interface Recording {
  readonly area: string;
  readonly cases: readonly { readonly name: string; readonly needs?: readonly string[] }[];
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
const recordings = new Map(files.map((file): [string, Recording] => [file, JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))]));
const different = differences('Command line');
/** Two processors, two runners, each with ports of its own. */
const groups = [
  { name: 'commands', chosen: files.filter((file) => !file.startsWith('agent/')), ports: '28500-28749' },
  { name: 'agents', chosen: files.filter((file) => file.startsWith('agent/')), ports: '28750-28999' },
];

describe.concurrent('the recorded command line', () => {
  test.each(groups)(
    '$name',
    async ({ chosen, ports }) => {
      const results = await replay(chosen, ports);
      const all = chosen.flatMap(idsOf);
      expect(results.map(({ id }) => id).sort()).toEqual([...all].sort());
      const failed = results.filter(({ id, outcome }) => outcome === 'FAIL' && !different.has(id));
      // They say what has to happen within some seconds: what a busy machine was too slow for is tried once more, by itself.
      for (const { id, file, report } of failed) {
        const again = await replay([file], ports, ['--only', id]);
        expect(again.find((result) => result.id === id)?.outcome, report).toBe('ok');
      }
      const passed = results.filter(({ outcome }) => outcome === 'ok').map(({ id }) => id);
      expect(
        passed.filter((id) => different.has(id)),
        'these pass now: take them out of DIFFERENCES.md',
      ).toEqual([]);
    },
    timeoutMs,
  );

  test('has a recording for every difference that is listed', () => {
    const known = new Set(files.flatMap(idsOf));
    expect([...different].filter((id) => !known.has(id))).toEqual([]);
  });
});

interface Result {
  readonly file: string;
  readonly id: string;
  /** Skipped cases need a program that is not installed. */
  readonly outcome: 'ok' | 'FAIL' | 'skip';
  readonly report: string;
}

function idsOf(file: string): string[] {
  const { area = '', cases = [] } = recordings.get(file) ?? {};
  return cases.map(({ name }) => `${area}/${name}`);
}

async function replay(chosen: readonly string[], ports: string, flags: readonly string[] = []): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const file of chosen) {
    const output = await runRecordings('run-cli.mjs', [
      '--bin',
      `${process.execPath} ${process.cwd()}/bin/mesh`,
      '--ports',
      ports,
      '--cases',
      `${folder}/${file}`,
      ...flags,
    ]);
    results.push(...[...output.matchAll(/^(ok|FAIL|skip) +(\S+) .*\n(?: {2,}.*\n)*/gm)].map((found) => resultOf(file, found)));
  }
  return results;
}

function resultOf(file: string, [report, outcome, id = '']: RegExpMatchArray): Result {
  return { file, id, outcome: outcome === 'ok' || outcome === 'FAIL' ? outcome : 'skip', report };
}
