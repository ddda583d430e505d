/** The recorded intentions and discovery chains, against an agent with `connect.enabled`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../support/agent.js';
import { runRecordings } from '../support/recordings.js';

const folder = 'test/conformance/http/connect';

test('intentions and discovery chains answer as recorded', async () => {
  const data = mkdtempSync(join(tmpdir(), 'mesh-connect-'));
  const agent = await startAgent([`-config-file=${folder}/agent.json`, `-data-dir=${data}`, '-node=conformance-node']);
  try {
    const output = await runRecordings('run-http.mjs', ['--addr', agent.http, '--cases', folder, '--json']);
    const results: { readonly ok: boolean }[] = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(results.length).toBe(9);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  } finally {
    await agent.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
