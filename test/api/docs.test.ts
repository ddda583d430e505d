/**
 * The shell lines of docs/api run as they stand, page by page, against a development agent. Each must succeed (curl fails on any status
 * from 400 on here), and the block that shows an answer must agree: the same text, or JSON with at least the same members.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../src/http/routes.js';
import { startAgent, type TestAgent } from '../support/agent.js';

const folder = 'docs/api';
const pages = readdirSync(folder).filter((file) => file.endsWith('.md'));
const mark = '@@ the next block @@';
let agent: TestAgent;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mesh-docs-'));
  writeFileSync(join(home, '.curlrc'), 'fail\nsilent\nshow-error\n');
  agent = await startAgent();
});
afterAll(async () => {
  await agent.stop();
  rmSync(home, { recursive: true, force: true });
});

test.each(pages)('%s', async (page) => {
  const blocks = [...readFileSync(join(folder, page), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const scripts = blocks.filter(([, kind]) => kind === 'sh').map(([, , lines = '']) => lines);
  expect(scripts.length).toBeGreaterThan(0);
  const script = scripts.map((lines) => lines.replaceAll('http://127.0.0.1:8500', agent.http)).join(`echo; echo '${mark}'\n`);
  const run = promisify(execFile);
  const { stdout } = await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { env: { ...process.env, CURL_HOME: home } });
  const outputs = stdout.split(mark);
  let shown = -1;
  for (const [, kind, text = ''] of blocks) {
    if (kind === 'sh') shown += 1;
    else if (kind === 'text') expect(outputs[shown]?.trim()).toBe(text.trim());
    else if (kind === 'json') expectMembers(lastJson(outputs[shown] ?? ''), JSON.parse(text), page);
  }
});

test('every endpoint is named on a page', () => {
  const text = pages.map((page) => readFileSync(join(folder, page), 'utf8')).join('\n');
  const areas = routes.filter(({ path }) => !/^\/v1\/(?:acl|internal|agent\/token)\//.test(path));
  const missing = areas.filter(({ path }) => !text.includes(path.replace(/(?:pass|warn|fail)\/$|name\/$/, '').replace(/\/$/, '')));
  expect(missing.map(({ path }) => path)).toEqual([]);
});

/** The last of several answers, which a development agent indents. */
function lastJson(output: string): unknown {
  const text = output.trim();
  const start = Math.max(text.lastIndexOf('\n['), text.lastIndexOf('\n{')) + 1;
  return JSON.parse(text.slice(start));
}

function expectMembers(actual: unknown, documented: unknown, at: string): void {
  if (typeof documented !== 'object' || documented === null) return;
  if (typeof actual !== 'object' || actual === null) throw new Error(`${at}: documented ${JSON.stringify(documented)}, got ${actual}`);
  for (const [key, value] of Object.entries(documented)) {
    expect(Object.keys(actual), at).toContain(key);
    expectMembers(Object.entries(actual).find(([name]) => name === key)?.[1], value, `${at}.${key}`);
  }
}
