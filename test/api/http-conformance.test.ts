/**
 * Every recorded case of test/conformance/http against a real agent. Cases named in the table "HTTP API" of
 * test/conformance/DIFFERENCES.md must fail, all others must pass: the table is the one list of what differs, and it cannot go stale.
 * Nothing but its runner may write to an agent meanwhile, so the cases that wait for a minute have agents of their own.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAgent } from '../support/agent.js';
import { differences, runRecordings } from '../support/recordings.js';

const folder = 'test/conformance/http';
const timeoutMs = 240_000;

interface Result {
  readonly case: string;
  readonly ok: boolean;
  readonly failures?: unknown;
}

interface Case {
  readonly name: string;
  readonly slow?: boolean;
}

const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'agent.json')
  .map((file): Case => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const different = differences('HTTP API');
const fast = cases.filter(({ slow }) => !slow).map(({ name }) => name);
const slow = cases.filter((c) => c.slow).map(({ name }) => name);
// Sessions outlive their TTL one after the other; the others watch the whole node.
const groups = [
  { name: 'the quick cases', names: fast },
  { name: 'sessions that expire', names: slow.filter((name) => name.startsWith('session-')) },
  ...slow.filter((name) => !name.startsWith('session-')).map((name) => ({ name, names: [name] })),
];

describe.concurrent('the recorded HTTP API', () => {
  test.each(groups)(
    '$name',
    async ({ names }) => {
      const results = await replay(names);
      expect(results.map((result) => result.case).sort()).toEqual([...names].sort());
      const failed = results.filter((result) => !result.ok && !different.has(result.case));
      expect(await againFailed(failed)).toEqual([]);
      const listed = results.filter(({ ok }) => ok).filter((result) => different.has(result.case));
      expect(listed, 'these pass now: take them out of DIFFERENCES.md').toEqual([]);
    },
    timeoutMs,
  );

  test('has a recording for every difference that is listed', () => {
    const known = new Set(cases.map(({ name }) => name));
    expect([...different].filter((name) => !known.has(name))).toEqual([]);
  });
});

/** They say what has to happen within a second or two: what a busy machine was too slow for is tried once more, by itself. */
async function againFailed(failed: readonly Result[]): Promise<readonly Result[]> {
  const again = failed.length === 0 ? [] : await replay(failed.map((result) => result.case));
  return again.filter(({ ok }) => !ok);
}

async function replay(names: readonly string[]): Promise<readonly Result[]> {
  const data = mkdtempSync(join(tmpdir(), 'mesh-conformance-'));
  const agent = await startAgent([`-config-file=${folder}/agent.json`, `-data-dir=${data}`, '-node=conformance-node']);
  try {
    const output = await runRecordings('run-http.mjs', ['--addr', agent.http, '--cases', folder, '--json', '--only', names.join(',')]);
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line): Result => JSON.parse(line));
  } finally {
    await agent.stop();
    rmSync(data, { recursive: true, force: true });
  }
}
