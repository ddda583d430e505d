import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { has } from '../../bin/dev/setup.mjs';
import { prepareExample } from '../../examples/nginx/example.mjs';
import { eventually } from '../support/agent.js';

type Example = Awaited<ReturnType<typeof prepareExample>>;
let example: Example | undefined;

afterEach(async () => {
  await example?.stop();
  example = undefined;
});

const withinMs = 20_000;
const answersOf = async (url: string) => {
  const answers = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(url)).text()));
  return [...new Set(answers.map((answer) => answer.trim()))].sort();
};

describe.skipIf(!has('nginx'))('the nginx example', () => {
  test.each(['go', 'handlebars'])('nginx serves what is healthy and what the keys say (%s)', async (syntax) => {
    const running = await prepareExample({ syntax });
    example = running;
    const url = `http://127.0.0.1:${running.ports.nginx}/`;
    running.startAgent();
    await eventually(async () => expect((await (await fetch(`${running.http}/v1/status/leader`)).text()).length).toBeGreaterThan(4), {
      withinMs,
    });
    running.startWeb(1);
    running.startWeb(2);
    await fetch(`${running.http}/v1/kv/nginx/proxy/timeout`, { method: 'PUT', body: '2' });
    running.startNginx();
    running.startTemplate();
    await eventually(async () => expect(await answersOf(url)).toEqual(['web-1', 'web-2']), { withinMs });

    await fetch(`${running.http}/v1/kv/nginx/proxy/greeting`, { method: 'PUT', body: 'good morning' });
    await eventually(async () => expect((await fetch(url)).headers.get('x-greeting')).toBe('good morning'), { withinMs });

    // A value that nginx refuses: the check fails, the old file stays, nginx goes on.
    await fetch(`${running.http}/v1/kv/nginx/proxy/timeout`, { method: 'PUT', body: 'nonsense' });
    await eventually(() => expect(running.output('mesh-template')).toMatch(/check/i), { withinMs });
    expect(await answersOf(url)).toEqual(['web-1', 'web-2']);
    await fetch(`${running.http}/v1/kv/nginx/proxy/timeout`, { method: 'PUT', body: '3' });

    await running.end('web-1', 'SIGKILL');
    await eventually(async () => expect(await answersOf(url)).toEqual(['web-2']), { withinMs });
    running.startWeb(1);
    await eventually(async () => expect(await answersOf(url)).toEqual(['web-1', 'web-2']), { withinMs });
  });
});

describe.skipIf(!has('nginx') || !has('dig'))('npm run demo -- --once', () => {
  test('ends with 0 when every step worked, and leaves no file behind', () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('mesh-example-'));
    const before = left();
    const demo = spawnSync(process.execPath, ['examples/nginx/demo.mjs', '--once'], { encoding: 'utf8', timeout: 150_000 });
    expect(demo.stdout + demo.stderr).toContain('Every step worked.');
    expect(demo.status).toBe(0);
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});
