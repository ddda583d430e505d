// From start to the first answer of an agent on an empty data directory, above what `node -e 0` takes.
//   node start.mjs [--rounds 7]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { freePort, median, options, report, request, sleep } from './lib.mjs';

const o = options({ rounds: '7' });
const ms = (since) => Number(process.hrtime.bigint() - since) / 1e6;
const mesh = new URL('../../bin/mesh', import.meta.url).pathname;

const bareMs = () =>
  new Promise((resolve) => {
    const since = process.hrtime.bigint();
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }).on('exit', () => resolve(ms(since)));
  });

async function agentMs() {
  const directory = mkdtempSync(`${tmpdir()}/mesh-bench-`);
  const port = await freePort();
  const flags = [
    'agent',
    '-server',
    '-bootstrap-expect=1',
    '-bind=127.0.0.1',
    `-data-dir=${directory}`,
    `-http-port=${port}`,
    `-dns-port=${await freePort()}`,
    `-server-port=${await freePort()}`,
    `-serf-lan-port=${await freePort()}`,
    '-serf-wan-port=-1',
  ];
  const since = process.hrtime.bigint();
  const child = spawn(process.execPath, [mesh, ...flags], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  try {
    for (;;) {
      const ok = await request(`http://127.0.0.1:${port}`, '/v1/kv/x').then(
        (answer) => answer.status === 404,
        () => false,
      );
      if (ok) return ms(since);
      await sleep(5); // asking without a pause would take the core that the agent starts on
      if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}`);
      if (ms(since) > 20_000) throw new Error('no answer in 20 s');
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

const bare = [];
const agent = [];
for (let i = 0; i < Number(o.rounds); i += 1) {
  bare.push(await bareMs());
  agent.push(await agentMs());
}
const ok = report(
  'start-to-answer-ms',
  Math.round(median(agent) - median(bare)),
  400,
  'less',
  `agent ${median(agent).toFixed(0)} ms, node -e 0 ${median(bare).toFixed(0)} ms`,
);
console.log(`${ok ? 1 : 0} passed, ${ok ? 0 : 1} failed`);
process.exit(ok ? 0 : 1);
