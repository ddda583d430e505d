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

test('a restore that is cut off has happened or has not', { timeout: 120_000 }, async () => {
  let agent = await start();
  await write(agent, 'before ');
  const archive = new Uint8Array(await (await fetch(`${agent.http}/v1/snapshot`)).arrayBuffer());
  const outcomes: string[] = [];
  for (const share of [0.5, 0.75, 0.95]) {
    await write(agent, 'after ');
    const began = performance.now();
    expect((await restore(agent, archive)).status).toBe(200);
    const tookMs = performance.now() - began;
    expect(await found(agent)).toEqual([value('before ')]);
    await write(agent, 'after ');
    const cut = restore(agent, archive).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, share * tookMs));
    await agent.stop('SIGKILL');
    const isAcknowledged = (await cut)?.status === 200;
    agent = await start();
    const values = await found(agent);
    outcomes.push(values.map((text) => Buffer.from(text, 'base64').toString().split(' ')[0]).join());
    expect(values).toHaveLength(1);
    if (isAcknowledged) expect(values).toEqual([value('before ')]);
  }
  await agent.stop();
  process.stdout.write(`cut off: ${outcomes.join(', ')}\n`);
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
