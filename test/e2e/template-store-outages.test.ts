/** A store that is killed and started again and again costs one line each time, and no connection. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/agent.js';
import { cpuMs, openDescriptors } from '../support/process-figures.js';
import { hasEtcd, hasRedis, startEtcd, startRedis, type TestStore } from '../support/stores.js';
import { TemplateProgram } from '../support/template-program.js';

const withinMs = 20_000;
let program: TemplateProgram;
beforeEach(() => {
  program = new TemplateProgram();
});
afterEach(() => program.remove());

const countOf = (text: string, part: RegExp) => [...text.matchAll(new RegExp(part, 'g'))].length;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function flaps(store: TestStore, settings: string, write: (value: string) => Promise<unknown>): Promise<void> {
  await write('0');
  program.write(
    't.toml',
    `state_dir = "@state"\n${settings}\n[[template]]\nname = "a"\ncontents = '{{getv "/app/x"}}'\nkeys = ["/app"]\ndest = "@a"\n
[[template]]\nname = "b"\ncontents = '{{key "app/x"}}'\ndest = "@b"\n`,
  );
  const run = program.start(['-config', program.at('t.toml')]);
  for (const name of ['a', 'b']) await program.shows(name, '0');
  const sockets = openDescriptors(run);
  for (let turn = 1; turn <= 5; turn++) {
    const said = run.output().length;
    await store.kill();
    await eventually(() => expect(run.output().slice(said)).toContain('trying again'), { withinMs });
    await pause(300);
    await store.start();
    await write(`${turn}`);
    for (const name of ['a', 'b']) await program.shows(name, `${turn}`);
    expect(countOf(run.output().slice(said), /trying again/), run.output().slice(said)).toBe(1);
  }
  await eventually(() => expect(openDescriptors(run)).toBeLessThanOrEqual(sockets), { withinMs });
  const before = cpuMs(run);
  await pause(2_000);
  expect(cpuMs(run) - before).toBeLessThanOrEqual(100);
}

test.skipIf(!hasRedis)('redis', async () => {
  const redis = await startRedis();
  try {
    await flaps(redis, `[source]\nkind = "redis"\naddress = "${redis.address}"`, (value) => redis.ask('SET', '/app/x', value));
  } finally {
    await redis.remove();
  }
});

test.skipIf(!hasEtcd)('etcd', async () => {
  const etcd = await startEtcd();
  try {
    await flaps(etcd, `[source]\nkind = "etcdv3"\naddress = "${etcd.address}"`, (value) => etcd.put('/app/x', value));
  } finally {
    await etcd.remove();
  }
});
