/** Snapshots of real agents: while writes go on, from one agent into another, over a restart, and in damaged form. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually as eventuallyWithin, startAgent, type TestAgent } from '../support/agent.js';

let data: string;
let agent: TestAgent;
const others: TestAgent[] = [];
const flags = () => ['-server', '-bootstrap', `-data-dir=${data}`, '-node=n1'];

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'mesh-snapshot-'));
  agent = await startAgent(flags());
});
afterEach(async () => {
  for (const one of [agent, ...others.splice(0)]) await one.stop();
  rmSync(data, { recursive: true, force: true });
});

const put = async ({ http }: TestAgent, key: string, value: string) =>
  (await fetch(`${http}/v1/kv/${key}`, { method: 'PUT', body: value })).text();
const keys = async ({ http }: TestAgent): Promise<readonly string[]> => {
  const response = await fetch(`${http}/v1/kv/?keys`);
  return response.status === 404 ? [] : ((await response.json()) as string[]);
};
const eventually = (attempt: () => unknown) => eventuallyWithin(async () => attempt(), { withinMs: 10_000 });
const save = async ({ http }: TestAgent) => Buffer.from(await (await fetch(`${http}/v1/snapshot`)).arrayBuffer());
const restore = ({ http }: TestAgent, archive: Buffer) => fetch(`${http}/v1/snapshot`, { method: 'PUT', body: new Uint8Array(archive) });

test('an archive made while writes go on shows one moment: what was written one after the other is there up to a point', async () => {
  let isWriting = true;
  const writer = (async () => {
    let written = 0;
    for (; isWriting; written++) await put(agent, `run/${String(written).padStart(6, '0')}`, 'x');
    return written;
  })();
  await eventually(async () => expect((await keys(agent)).length).toBeGreaterThan(50));
  const archive = await save(agent);
  isWriting = false;
  const written = await writer;
  const other = await startAgent();
  others.push(other);
  expect((await restore(other, archive)).status).toBe(200);
  const found = await keys(other);
  expect(found.length).toBeGreaterThan(50);
  expect(found.length).toBeLessThanOrEqual(written);
  expect(found).toEqual(found.map((_, position) => `run/${String(position).padStart(6, '0')}`));
});

test('what was restored is there after a restart, and the node of the agent comes back by itself', async () => {
  const other = await startAgent(['-dev', '-node=elsewhere']);
  others.push(other);
  await put(other, 'from/elsewhere', 'x');
  await put(agent, 'lost', 'x');
  expect((await restore(agent, await save(other))).status).toBe(200);
  expect(await keys(agent)).toEqual(['from/elsewhere']);
  const nodes = async () => ((await (await fetch(`${agent.http}/v1/catalog/nodes`)).json()) as { Node: string }[]).map(({ Node }) => Node);
  await eventually(async () => expect(await nodes()).toEqual(['elsewhere', 'n1']));
  await agent.stop('SIGKILL');
  agent = await startAgent(flags());
  expect(await keys(agent)).toEqual(['from/elsewhere']);
});

test('an archive is a tar archive whose sums fit, as the tools around Consul expect', async () => {
  await put(agent, 'some', 'x');
  const file = join(data, 'backup.snap');
  writeFileSync(file, await save(agent));
  const content = (name: string) => execFileSync('tar', ['-xzOf', file, name]);
  const sums = content('SHA256SUMS').toString().trimEnd().split('\n');
  expect(sums).toEqual(['meta.json', 'state.bin'].map((name) => `${createHash('sha256').update(content(name)).digest('hex')}  ${name}`));
  expect(JSON.parse(content('meta.json').toString())).toMatchObject({ Version: 1, Size: content('state.bin').length });
});

test('damaged, shortened and foreign archives are a 500 and change nothing', async () => {
  await put(agent, 'kept', 'x');
  const archive = await save(agent);
  await put(agent, 'later', 'x');
  const damaged = Buffer.from(archive);
  damaged[archive.length >> 1] = (damaged[archive.length >> 1] ?? 0) ^ 0xff;
  for (const bad of [damaged, archive.subarray(0, -1), archive.subarray(0, archive.length >> 1), Buffer.from('no archive')]) {
    const response = await restore(agent, bad);
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/^failed to (?:decompress|read) snapshot: ./);
    expect(await keys(agent)).toEqual(['kept', 'later']);
  }
});

test('a client that goes away in the middle of an upload changes nothing, and the next one is served', async () => {
  await put(agent, 'kept', 'x');
  const archive = await save(agent);
  await put(agent, 'later', 'x');
  const controller = new AbortController();
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new Uint8Array(archive.subarray(0, archive.length >> 1)));
      setTimeout(() => controller.abort(), 50);
    },
  });
  await expect(
    fetch(`${agent.http}/v1/snapshot`, { method: 'PUT', body, signal: controller.signal, duplex: 'half' } as RequestInit),
  ).rejects.toThrow();
  expect(await keys(agent)).toEqual(['kept', 'later']);
  await eventually(async () => expect((await restore(agent, archive)).status).toBe(200));
  expect(await keys(agent)).toEqual(['kept']);
});
