/** Where a mistake of the configuration stands, as the agent tells it when it starts and when it reloads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startAgent } from '../support/agent.js';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'mesh-places-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test.each([
  { name: 'a rule', text: 'server = true\ndatacenter = "a b"\n', place: '2: datacenter' },
  { name: 'a certificate', text: 'key_file = "/none"\ncert_file = "/none"\n', place: '2: cert_file' },
])('a start that $name keeps from happening says where it stands', async ({ text, place }) => {
  const file = join(home, 'start.hcl');
  writeFileSync(file, text);
  const { stderr, stdout, exitCode } = await execa(process.execPath, ['bin/mesh', 'agent', '-dev', `-config-file=${file}`], {
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(`${stdout}${stderr}`).toContain(`\n    at ${file}:${place}`);
});

test('a reload that is refused says where', async () => {
  const file = join(home, 'reload.json');
  writeFileSync(file, '{}');
  const agent = await startAgent(['-dev', `-config-file=${file}`]);
  try {
    writeFileSync(file, '{\n"services": [{ "name": "a" },\n{ "name": "b", "prt": 1 }]}');
    const answer = await fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' });
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('invalid config key services[1].prt')]);
    await eventually(() => expect(agent.output()).toContain(`The configuration is at fault: at="${file}:3: services[1].prt"`), {
      withinMs: 2000,
    });
  } finally {
    await agent.stop();
  }
});
