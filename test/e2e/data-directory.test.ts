/** What the agent says, and does not do, when its data directory is in use, damaged or full. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-data-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = () => startAgent(['-server', '-bootstrap', '-node=data-directory', `-data-dir=${directory}`]);
const put = (agent: TestAgent, key: string, body: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body });

test('a second agent on the same directory is told so and ends', async () => {
  const agent = await start();
  try {
    const failed = await start().catch((error) => error);
    expect(String(failed)).toMatch(/agent ended with 1/);
    expect(String(failed)).toContain(`the data directory "${join(directory, 'store')}" is in use by another process; stop that one`);
    expect((await put(agent, 'still', 'works')).status).toBe(200);
  } finally {
    await agent.stop();
  }
});

test('an agent whose store was cut short names it, and does not start empty', async () => {
  const agent = await start();
  for (let i = 0; i < 20; i++) await put(agent, `key${i}`, 'x'.repeat(100));
  await agent.stop('SIGKILL');
  const log = join(directory, 'store', 'log-0');
  truncateSync(log, Math.floor(statSync(log).size / 2));
  for (let attempt = 0; attempt < 2; attempt++) {
    const failed = await start().catch((error) => error);
    expect(String(failed)).toMatch(/agent ended with 1/);
    expect(String(failed)).toContain(`the data in "${join(directory, 'store')}" cannot be trusted`);
    expect(String(failed)).toContain('restore a backup');
  }
});

test('what the database had not synced when the power failed is there again', async () => {
  const value = 'x'.repeat(20_000);
  const names = Array.from({ length: 40 }, (_, i) => `full/${String(i).padStart(2, '0')}`);
  const agent = await start();
  for (const name of names) await put(agent, name, value);
  await agent.stop('SIGKILL');
  const database = join(directory, 'store', 'db');
  for (const file of readdirSync(database).filter((name) => name.endsWith('.log'))) {
    const { size } = statSync(join(database, file));
    expect(size).toBeGreaterThan(100_000);
    truncateSync(join(database, file), Math.floor(size / 2));
  }
  const again = await start();
  try {
    expect(await keys(again)).toEqual(names);
  } finally {
    await again.stop();
  }
});

test('when the disk is full writes are refused, reads go on, and nothing acknowledged is lost', async () => {
  const value = 'x'.repeat(40_000);
  const acknowledged: string[] = [];
  const limited = await startLimited();
  try {
    let refusal = '';
    for (let i = 0; i < 20; i++) {
      const answer = await put(limited, `full/${i}`, value);
      if (answer.status === 200) acknowledged.push(`full/${i}`);
      else refusal = `${answer.status} ${await answer.text()}`;
    }
    expect(refusal).toMatch(/^500 writing to the data directory ".*" failed: .*; nothing more is written until the agent is started again/);
    expect(await keys(limited)).toEqual(acknowledged);
  } finally {
    await limited.stop();
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  const agent = await start();
  try {
    expect(await keys(agent)).toEqual(acknowledged);
    expect((await put(agent, 'after', 'x')).status).toBe(200);
  } finally {
    await agent.stop();
  }
});

async function keys(agent: TestAgent): Promise<unknown> {
  return (await fetch(`${agent.http}/v1/kv/full/?keys`)).json();
}

/**
 * An agent that may write no file larger than 128 KiB (`ulimit` counts 512 bytes): the system refuses, as it does on a full disk. There is
 * no room for a commit log either.
 */
function startLimited(): Promise<TestAgent> {
  const wrapper = ['sh', '-c', 'trap "" XFSZ; ulimit -f 256; exec "$@"', 'sh'];
  return startAgent(['-server', '-bootstrap', '-node=data-directory', `-data-dir=${directory}`], {}, wrapper);
}
