/** The recorded cases of agents with other settings: everything that `config/agent.json` turns on, and writes allowed from elsewhere only. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../support/agent.js';
import { runRecordings } from '../support/recordings.js';

test.concurrent.each(['config', 'readonly'])('an agent with the settings of "%s" answers as recorded', async (name) => {
  const folder = `test/conformance/http/${name}`;
  const data = mkdtempSync(join(tmpdir(), 'mesh-settings-'));
  const agent = await startAgent([`-config-file=${folder}/agent.json`, `-data-dir=${data}`, '-node=conformance-node']);
  try {
    const output = await runRecordings('run-http.mjs', ['--addr', agent.http, '--cases', folder, '--json', '--shuffle']);
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const results = lines.map((line): { readonly ok: boolean } => JSON.parse(line));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBe(readdirSync(folder).length - 1);
  } finally {
    await agent.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
