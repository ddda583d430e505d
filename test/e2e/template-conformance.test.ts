/**
 * The recorded scenarios of confd and consul-template (files, modes, commands, signals, following, lost agents), and consul-template's
 * rendered cases, against bin/mesh-template and a real agent. Those named in the tables "Templates" and "Functions of templates" of
 * test/conformance/DIFFERENCES.md must fail, all others must pass.
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

const isRoot = process.getuid?.() === 0;
const recorded = (file: string): readonly Scenario[] => JSON.parse(readFileSync(`test/conformance/template/${file}.json`, 'utf8'));
const scenariosOf = (wanted: string) =>
  recorded('behaviour')
    .filter(({ tool, root, info }) => tool === wanted && !info && (isRoot || !root))
    .map(({ name }) => name);
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

describe('recorded of confd and consul-template', () => {
  test.each([
    {
      name: 'scenarios of confd',
      replayed: scenariosOf('confd'),
      flags: ['--suite', 'behaviour', '--only', 'behaviour/confd/'],
      section: 'Templates',
    },
    {
      name: 'scenarios of consul-template',
      replayed: scenariosOf('consul-template'),
      flags: ['--suite', 'behaviour', '--only', 'behaviour/consul-template/'],
      section: 'Templates',
    },
    {
      name: 'renderings of consul-template',
      replayed: recorded('consul-template').map(({ name }) => name),
      flags: ['--suite', 'ct', '--fast'],
      section: 'Functions of templates',
    },
    // The runner removes a directory in which a command that outlived its killed parent may just be writing: rarely, it stumbles over that.
  ])('$name go as recorded', { timeout: 300_000, retry: 2 }, async ({ replayed, flags, section }) => {
    const output = await replay(flags);
    const outcomes = new Map([...output.matchAll(/^(ok|FAIL) +(\S+)$/gm)].map(([, outcome = '', name = '']) => [name, outcome]));
    expect([...outcomes.keys()].sort(), output.slice(-2000)).toEqual([...replayed].sort());
    const failed = [...outcomes].filter(([, outcome]) => outcome === 'FAIL').map(([name]) => name);
    const different = differences(section).filter((name) => replayed.includes(name));
    expect(failed.sort(), output).toEqual(different.sort());
  });
});

function replay(chosen: readonly string[]): Promise<string> {
  const bin = `${process.execPath} ${process.cwd()}/bin/mesh-template`;
  const flags = [...chosen, '--verbose', '--bin', bin, '--consul', agent.http];
  const child = spawn(process.execPath, ['test/conformance/template/run-template.mjs', ...flags]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

function differences(title: string): string[] {
  const page = readFileSync('test/conformance/DIFFERENCES.md', 'utf8');
  const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}
