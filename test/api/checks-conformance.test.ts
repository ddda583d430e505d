/**
 * Every recorded scenario of test/conformance/checks against real agents, which their runner starts. Scenarios named in the table "Health
 * checks" of test/conformance/DIFFERENCES.md must fail, all others must pass.
 * Scenarios watch clocks of about a second; on a busy machine one may come late, so a failed one gets a second try by itself.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = 'test/conformance/checks';
const timeoutMs = 300_000;

interface Scenario {
  /** "script/timeout" */
  readonly name: string;
  readonly slow?: boolean;
}

const scenarios = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): readonly Scenario[] => {
    const { scenarios } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly scenarios: readonly Scenario[] };
    return scenarios.map((scenario) => ({ ...scenario, name: `${file.replace(/\.json$/, '')}/${scenario.name}` }));
  });
const names = (isSlow: boolean) => scenarios.filter(({ slow = false }) => slow === isSlow).map(({ name }) => name);
const different = differences();

// The runner uses 60 ports from its base on. These lie between those of freePort and of the other runners, and apart for test runs side by side.
const firstPort = 20_000 + (process.pid % 20) * 180;

describe.concurrent('the recorded health checks', () => {
  test('the quick ones', () => replay({ wanted: names(false), flags: ['--skip-slow'], portBase: firstPort }), timeoutMs);
  test(
    'deregistration, which takes a minute and more',
    () => replay({ wanted: names(true).filter((name) => name.includes('/reap')), flags: ['--only', 'reap'], portBase: firstPort + 60 }),
    timeoutMs,
  );
  test(
    'an alias whose service goes',
    () => replay({ wanted: ['alias/alias-target-leaves'], flags: ['--only', 'alias-target-leaves'], portBase: firstPort + 120 }),
    timeoutMs,
  );

  test('has a recording for every difference that is listed, and runs every recording', () => {
    const known = new Set(scenarios.map(({ name }) => name));
    expect([...different].filter((name) => !known.has(name))).toEqual([]);
    expect(names(true).filter((name) => !name.includes('/reap') && name !== 'alias/alias-target-leaves')).toEqual([]);
  });
});

interface Replay {
  readonly wanted: readonly string[];
  readonly flags: readonly string[];
  readonly portBase: number;
}

async function replay({ wanted, flags, portBase }: Replay): Promise<void> {
  const results = await run([...flags, '--port-base', `${portBase}`]);
  expect([...results.keys()].sort()).toEqual([...wanted].sort());
  for (const [name, problem] of results) {
    if (problem === '') expect(different.has(name), `${name} passes now: take it out of DIFFERENCES.md`).toBe(false);
    else if (!different.has(name))
      expect((await run(['--only', name.replace(/^.*\//, ''), '--port-base', `${portBase}`])).get(name), problem).toBe('');
  }
}

/** What was wrong with each scenario, '' for nothing. */
async function run(flags: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const args = ['test/conformance/run-checks.mjs', '--bin', 'bin/mesh', '--cases', folder, '--verbose', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const results = [...output.matchAll(/^(ok|FAIL) +(\S+)\.json (\S+)\n((?: {5}.*\n)*)/gm)];
  return new Map(
    results.map(([, verdict, file, name, problem = '']) => [`${file}/${name}`, verdict === 'FAIL' ? problem || 'failed' : '']),
  );
}

/** Rows "| `file/scenario` | reason |" of the section. */
function differences(): ReadonlySet<string> {
  const text = readFileSync('test/conformance/DIFFERENCES.md', 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Health checks')) ?? '';
  return new Set([...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name));
}
