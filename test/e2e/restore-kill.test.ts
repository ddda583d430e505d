/** An agent is killed with SIGKILL while it restores a snapshot of many keys: afterwards all of them are as before or all as restored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

const rows = 12_000;
const rowsPerTxn = 64;
const value = (text: string) => Buffer.from(text.repeat(20)).toString('base64');

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-restore-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const start = () => startAgent(['-server', '-bootstrap', '-node=restore', `-data-dir=${directory}`]);
const restore = (agent: TestAgent, archive: Uint8Array) => fetch(`${agent.http}/v1/snapshot`, { method: 'PUT', body: archive });

test('a restore that is cut off has happened or has not', { timeout: 600_000 }, async () => {
  let agent = await start();
  const archives = new Map<string, Uint8Array>();
  for (const text of ['one ', 'two ']) {
    await write(agent, text);
    archives.set(value(text), new Uint8Array(await (await fetch(`${agent.http}/v1/snapshot`)).arrayBuffer()));
  }
  const outcomes: string[] = [];
  let now = value('two ');
  let tookMs = 0;
  for (const share of [Number.POSITIVE_INFINITY, 0.5, 0.75, 0.95]) {
    const wanted = now === value('one ') ? value('two ') : value('one ');
    const began = performance.now();
    const restoring = restore(agent, archives.get(wanted) ?? new Uint8Array()).catch(() => null); // null: the agent is gone
    if (share > 1) {
      expect((await restoring)?.status).toBe(200);
      tookMs = performance.now() - began;
    } else {
      await new Promise((resolve) => setTimeout(resolve, share * tookMs));
      await agent.stop('SIGKILL');
      agent = await start();
    }
    const isAcknowledged = (await restoring)?.status === 200;
    const values = await found(agent);
    expect(values).toHaveLength(1);
    expect(isAcknowledged ? [wanted] : [wanted, now]).toContain(values[0]);
    outcomes.push(values[0] === wanted ? 'restored' : 'as before');
    now = values[0] ?? '';
  }
  await agent.stop();
  process.stdout.write(`restores, the first one whole: ${outcomes.join(', ')}\n`);
});

async function write({ http }: TestAgent, text: string): Promise<void> {
  for (let from = 0; from < rows; from += 8 * rowsPerTxn) {
    await Promise.all(Array.from({ length: 8 }, (_, i) => writeSome(http, from + i * rowsPerTxn, text)));
  }
}

async function writeSome(http: string, from: number, text: string): Promise<void> {
  const count = Math.min(rowsPerTxn, rows - from);
  if (count <= 0) return;
  const operations = Array.from({ length: count }, (_, i) => ({ KV: { Verb: 'set', Key: `many/${from + i}`, Value: value(text) } }));
  const { status } = await fetch(`${http}/v1/txn`, { method: 'PUT', body: JSON.stringify(operations) });
  expect(status).toBe(200);
}

/** The different values; all keys must be there. */
async function found({ http }: TestAgent): Promise<string[]> {
  const entries = (await (await fetch(`${http}/v1/kv/many/?recurse`)).json()) as { Value: string }[];
  expect(entries).toHaveLength(rows);
  return [...new Set(entries.map(({ Value }) => Value))];
}
