/**
 * An agent is killed with SIGKILL under load, again and again on one data directory. Every write that was acknowledged must be there
 * afterwards, in the order of its writer, and every transaction whole or not at all.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';

const kills = 20;
/** Before each kill. */
const acknowledgedMin = 50;
/** Each writes its own keys, one request after the other. */
const writers = 16;
const keysPerWriter = 5;
const pairKeys = ['left', 'middle', 'right'];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-kill-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What one writer knows: numbers count up over all rounds. `asked` may or may not have happened when it is above `acknowledged`. */
interface Ledger {
  readonly keys: { acknowledged: number; asked: number }[];
  readonly txn: { acknowledged: number; asked: number };
  /** ModifyIndex of the newest acknowledged transaction. */
  index: number;
  next: number;
}

const ledgers: Ledger[] = Array.from({ length: writers }, () => ({
  keys: Array.from({ length: keysPerWriter }, () => ({ acknowledged: 0, asked: 0 })),
  txn: { acknowledged: 0, asked: 0 },
  index: 0,
  next: 1,
}));

test('nothing that was acknowledged is lost by SIGKILL, and no transaction is half there', { timeout: 600_000 }, async () => {
  let acknowledged = 0;
  let newest = 0;
  for (let round = 0; round <= kills; round++) {
    const agent = await startAgent(['-server', '-bootstrap', '-node=kill-nine', `-data-dir=${directory}`]);
    try {
      newest = await verify(agent, newest);
      if (round < kills) acknowledged += await writeUntilKilled(agent, 150 + 20 * (round % 10));
    } finally {
      await agent.stop('SIGKILL');
    }
  }
  expect(acknowledged).toBeGreaterThan(kills * acknowledgedMin);
  process.stdout.write(`${acknowledged} acknowledged writes over ${kills} kills\n`);
});

/** @returns how many writes were acknowledged */
async function writeUntilKilled(agent: TestAgent, afterMs: number): Promise<number> {
  const connections = new Agent({ keepAlive: true, maxSockets: writers });
  let count = 0;
  const running = ledgers.map(async (ledger, writer) => {
    while (await writeOne(agent, connections, ledger, writer)) count++;
  });
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  // On a busy machine it takes longer until there is anything to lose.
  await eventually(async () => expect(count).toBeGreaterThan(acknowledgedMin), { withinMs: 10_000 });
  await agent.stop('SIGKILL');
  await Promise.all(running);
  connections.destroy();
  return count;
}

/** Three plain puts, then a transaction of three keys. @returns false when the agent is gone */
async function writeOne(agent: TestAgent, connections: Agent, ledger: Ledger, writer: number): Promise<boolean> {
  const number = ledger.next++;
  if (number % 4 === 0) {
    ledger.txn.asked = number;
    const operations = pairKeys.map((key) => ({
      KV: { Verb: 'set', Key: `txn/${writer}/${key}`, Value: Buffer.from(`${number}`).toString('base64') },
    }));
    const answer = await send(agent, connections, 'PUT', '/v1/txn', JSON.stringify(operations));
    if (answer?.status !== 200) return false;
    ledger.txn.acknowledged = number;
    ledger.index = (JSON.parse(answer.body) as { Results: { KV: { ModifyIndex: number } }[] }).Results[0]?.KV.ModifyIndex ?? 0;
    return true;
  }
  const key = ledger.keys[number % keysPerWriter];
  if (!key) throw new Error('no such key');
  key.asked = number;
  const answer = await send(agent, connections, 'PUT', `/v1/kv/plain/${writer}/${number % keysPerWriter}`, `${number}`);
  if (answer?.status !== 200) return false;
  key.acknowledged = number;
  return true;
}

/** @returns the highest index seen, which must never be lower than before */
async function verify(agent: TestAgent, newest: number): Promise<number> {
  const connections = new Agent({ keepAlive: true, maxSockets: 1 });
  const plain = await read(agent, connections, 'plain');
  const txn = await read(agent, connections, 'txn');
  connections.destroy();
  ledgers.forEach((ledger, writer) => {
    ledger.keys.forEach((key, i) => {
      key.acknowledged = key.asked = between(plain.get(`plain/${writer}/${i}`)?.value, key, `plain/${writer}/${i}`);
    });
    const rows = pairKeys.map((name) => txn.get(`txn/${writer}/${name}`));
    const values = new Set(rows.map((row) => row?.value));
    expect([...values], `the transaction of writer ${writer} is whole`).toHaveLength(1);
    expect(new Set(rows.map((row) => row?.index)).size).toBe(1);
    ledger.txn.acknowledged = ledger.txn.asked = between(rows[0]?.value, ledger.txn, `txn/${writer}`);
    expect(rows[0]?.index ?? 0).toBeGreaterThanOrEqual(ledger.index);
  });
  const highest = Math.max(0, ...[...plain.values(), ...txn.values()].map(({ index }) => index));
  expect(highest).toBeGreaterThanOrEqual(newest);
  return highest;
}

/** The value is the newest that was acknowledged, or the one that was being written when the agent was killed. */
function between(value: number | undefined, { acknowledged, asked }: { acknowledged: number; asked: number }, what: string): number {
  const found = value ?? 0;
  expect([acknowledged, asked], `${what}: acknowledged ${acknowledged}, asked ${asked}, found ${found}`).toContain(found);
  return found;
}

async function read(agent: TestAgent, connections: Agent, prefix: string): Promise<Map<string, { value: number; index: number }>> {
  const answer = await send(agent, connections, 'GET', `/v1/kv/${prefix}/?recurse`, '');
  if (answer?.status === 404) return new Map();
  expect(answer?.status).toBe(200);
  const entries = JSON.parse(answer?.body ?? '[]') as { Key: string; Value: string; ModifyIndex: number }[];
  return new Map(entries.map((e) => [e.Key, { value: Number(Buffer.from(e.Value, 'base64').toString()), index: e.ModifyIndex }]));
}

/** @returns null when the connection broke */
function send(
  agent: TestAgent,
  connections: Agent,
  method: string,
  path: string,
  body: string,
): Promise<{ status: number; body: string } | null> {
  return new Promise((resolve) => {
    const sent = request(`${agent.http}${path}`, { method, agent: connections }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(response.complete ? { status: response.statusCode ?? 0, body: text } : null));
    });
    sent.on('error', () => resolve(null));
    sent.end(body);
  });
}
