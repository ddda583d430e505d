// `npm run bench`: every benchmark against a fresh throw-away agent of its own, one after the other.
//   npm run bench -- http dns      only these; the names are the rows of `suites` below
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ready } from '../../bin/dev/setup.mjs';
import { freePort, request, sleep } from './lib.mjs';

const here = new URL('.', import.meta.url).pathname;
const mesh = new URL('../../bin/mesh', import.meta.url).pathname;

// name: [program, arguments given the agent], and whether the agent keeps its data on disk
const suites = {
  cli: { program: 'cli.mjs', args: (agent) => ['--addr', agent.http, '--bin', `${process.execPath} ${mesh}`] },
  start: { program: 'start.mjs', args: () => [], alone: true },
  http: { program: 'http.mjs', args: (agent) => ['--addr', agent.http], durable: true },
  dns: { program: 'dns.mjs', args: (agent) => ['--addr', agent.http, '--dns', agent.dns] },
  'blocking-service': { program: 'blocking.mjs', args: (agent) => ['--addr', agent.http, '--pid', String(agent.pid), '--only', 'service'] },
  'blocking-keys': { program: 'blocking.mjs', args: (agent) => ['--addr', agent.http, '--pid', String(agent.pid), '--only', 'keys'] },
  'blocking-store': { program: 'blocking.mjs', args: (agent) => ['--addr', agent.http, '--pid', String(agent.pid), '--only', 'store'] },
  memory: { program: 'memory.mjs', args: () => [], alone: true },
  template: { program: 'template-latency.mjs', args: (agent) => ['--addr', agent.http] },
};

async function startAgent(durable) {
  const directory = mkdtempSync(`${tmpdir()}/mesh-bench-`);
  writeFileSync(`${directory}/bench.json`, JSON.stringify({ limits: { http_max_conns_per_client: 15000 } }));
  const [port, dnsPort] = [await freePort(), await freePort()];
  const mode = durable ? ['-server', '-bootstrap-expect=1', `-data-dir=${directory}/data`] : ['-dev'];
  const flags = [
    'agent',
    ...mode,
    `-config-file=${directory}/bench.json`,
    '-bind=127.0.0.1',
    '-log-level=warn',
    `-http-port=${port}`,
    `-dns-port=${dnsPort}`,
    `-server-port=${await freePort()}`,
    `-serf-lan-port=${await freePort()}`,
    '-serf-wan-port=-1',
    '-grpc-port=-1',
  ];
  const child = spawn(process.execPath, [mesh, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const http = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const up = await request(http, '/v1/kv/x').then(
      (answer) => answer.status === 404,
      () => false,
    );
    if (up) break;
    if (child.exitCode !== null || tries > 400) throw new Error('the agent did not start');
    await sleep(50);
  }
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return { http, dns: `127.0.0.1:${dnsPort}`, pid: child.pid, stop };
}

const missing = ready({ programs: ['wrk', 'dnsperf'] });
if (missing.length > 0) process.exit(2);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`no benchmark is called "${unknown[0]}"; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of wanted) {
  const suite = suites[name];
  console.log(`\n${name}`);
  const agent = suite.alone ? { stop: async () => {} } : await startAgent(suite.durable === true);
  const { status } = spawnSync(process.execPath, [here + suite.program, ...suite.args(agent)], { stdio: 'inherit' });
  await agent.stop();
  if (status !== 0) failed += 1;
}
console.log(`\n${wanted.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
