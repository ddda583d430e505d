/**
 * The recorded scenarios of confd (files, modes, commands, signals, following, lost agents) against bin/mesh-template and a real agent.
 * Those named in the table "Templates" of test/conformance/DIFFERENCES.md must fail, all others must pass.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

interface Scenario {
  readonly name: string;
  readonly tool: string;
  readonly root?: boolean;
  readonly info?: boolean;
}

const scenarios: readonly Scenario[] = JSON.parse(readFileSync('test/conformance/template/behaviour.json', 'utf8'));
const isRoot = process.getuid?.() === 0;
const replayed = scenarios.filter(({ tool, root, info }) => tool === 'confd' && !info && (isRoot || !root)).map(({ name }) => name);
let agent: TestAgent;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-conformance-'));
  // The scenarios name the node, and killed watchers leave queries behind.
  writeFileSync(join(directory, 'agent.json'), JSON.stringify({ limits: { http_max_conns_per_client: 5000 } }));
  agent = await startAgent(['-dev', '-node=mesh-a', `-config-file=${directory}/agent.json`]);
});
afterAll(async () => {
  await agent.stop();
  rmSync(directory, { recursive: true });
});

describe('the recorded scenarios of confd', () => {
  // The runner removes a directory in which a command that outlived its killed parent may just be writing: rarely, it stumbles over that.
  test('go as recorded', { timeout: 300_000, retry: 2 }, async () => {
    const output = await replay();
    const outcomes = new Map([...output.matchAll(/^(ok|FAIL) +(\S+)$/gm)].map(([, outcome = '', name = '']) => [name, outcome]));
    expect([...outcomes.keys()].sort(), output.slice(-2000)).toEqual([...replayed].sort());
    const different = differences();
    const failed = [...outcomes].filter(([, outcome]) => outcome === 'FAIL').map(([name]) => name);
    expect(failed.sort(), output).toEqual(different.filter((name) => replayed.includes(name)).sort());
  });
});

function replay(): Promise<string> {
  const bin = `${process.execPath} ${process.cwd()}/bin/mesh-template`;
  const flags = ['--suite', 'behaviour', '--only', 'behaviour/confd/', '--verbose', '--bin', bin, '--consul', agent.http];
  const child = spawn(process.execPath, ['test/conformance/template/run-template.mjs', ...flags]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

function differences(): string[] {
  const page = readFileSync('test/conformance/DIFFERENCES.md', 'utf8');
  const section = /^## Templates\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(page)?.[1] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}
