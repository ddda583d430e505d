// What a full store takes: resident memory and the time from start to the first right answer, both with the data loaded over HTTP and
// after the agent was started on it again.
//   node memory.mjs [--bin PROGRAM] [--only keys,catalog] [--mode dev,disk]
// keys: 100,000 of 100 bytes. catalog: 5,000 nodes with 4 services each, 2 checks on every service. Each agent is a throw-away one.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { freePort, must, options, pad, pool, putKeys, range, report, request, sleep, usage } from './lib.mjs';

const o = options({ bin: new URL('../../bin/mesh', import.meta.url).pathname, only: 'keys,catalog', mode: 'dev,disk', settle: '3000' });
const keepAlive = new Agent({ keepAlive: true, maxSockets: 16 });
const nodeCount = 5000;
const servicesPerNode = 4;
const serviceCount = 1000;
const instancesPerService = (nodeCount * servicesPerNode) / serviceCount;

const stores = {
  keys: {
    what: '100,000 keys of 100 bytes',
    mibMax: 150,
    load: (http) => putKeys(http, 'large/', 100_000),
    everything: ['/v1/kv/?recurse', '/v1/kv/?keys'],
    isThere: async (http) => {
      const answer = await request(http, '/v1/kv/large/099999?raw', { agent: keepAlive });
      return answer.status === 200 && answer.body.length === 100;
    },
  },
  catalog: {
    what: `${nodeCount} nodes x ${servicesPerNode} services x 2 checks`,
    mibMax: 250,
    everything: ['/v1/catalog/nodes', '/v1/health/state/any', ...range(serviceCount, (i) => `/v1/health/service/service-${pad(i, 4)}`)],
    load: (http) =>
      pool(
        range(nodeCount * servicesPerNode, (i) => i),
        8,
        (i) => register(http, i),
      ),
    isThere: async (http) => {
      const answer = await request(http, `/v1/health/service/service-${pad(serviceCount - 1, 4)}?passing`, { agent: keepAlive });
      return answer.status === 200 && JSON.parse(String(answer.body)).length === instancesPerService;
    },
  },
};

function register(http, i) {
  const node = Math.floor(i / servicesPerNode);
  const name = `service-${pad(i % serviceCount, 4)}`;
  const id = `${name}-${node}`;
  const check = (kind) => ({
    CheckID: `${kind}-${id}`,
    Name: `${kind} check`,
    Status: 'passing',
    ServiceID: id,
    Output: 'answered 200 OK',
  });
  return must(http, '/v1/catalog/register', {
    method: 'PUT',
    agent: keepAlive,
    body: JSON.stringify({
      Node: `node-${pad(node, 4)}`,
      Address: `10.20.${node >> 8}.${node & 255}`,
      Service: { ID: id, Service: name, Port: 8000 + (i % 1000), Tags: ['v1', i % 2 ? 'odd' : 'even'], Meta: { zone: `z${i % 3}` } },
      Checks: [check('http'), check('ttl')],
    }),
  });
}

/** Starts an agent and resolves when `isThere` says so. */
async function start(mode, isThere) {
  const port = await freePort();
  const flags = [
    'agent',
    ...mode,
    '-bind=127.0.0.1',
    '-log-level=warn',
    `-http-port=${port}`,
    `-dns-port=${await freePort()}`,
    `-server-port=${await freePort()}`,
    `-serf-lan-port=${await freePort()}`,
    '-serf-wan-port=-1',
    '-grpc-port=-1',
  ];
  const since = process.hrtime.bigint();
  const child = spawn(process.execPath, [o.bin, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const http = `http://127.0.0.1:${port}`;
  for (;;) {
    if (await isThere(http).catch(() => false)) break;
    await sleep(5);
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}`);
  }
  const startMs = Number(process.hrtime.bigint() - since) / 1e6;
  const stop = (signal) => {
    child.kill(signal);
    return ended;
  };
  return { http, pid: child.pid, startMs, stop };
}

const answers = async (http) => (await request(http, '/v1/kv/x')).status === 404;
let missed = 0;
let rows = 0;
const note = (...row) => {
  rows += 1;
  if (!report(...row)) missed += 1;
};

async function measure(name, mode) {
  const { what, mibMax, load, everything, isThere } = stores[name];
  const directory = mkdtempSync(`${tmpdir()}/mesh-bench-`);
  const flags = mode === 'dev' ? ['-dev'] : ['-server', '-bootstrap-expect=1', `-data-dir=${directory}`];
  const resident = async ({ pid }, row, when) => {
    const atOnce = Math.round(usage(pid).rss);
    await sleep(Number(o.settle));
    note(`${name}-${mode}-${row}-MiB`, Math.round(usage(pid).rss), mibMax, 'less', `${what}, ${when}; ${atOnce} at once`);
  };
  try {
    const agent = await start(flags, answers);
    await load(agent.http);
    await resident(agent, 'loaded', `loaded with ${usage(agent.pid).cpu.toFixed(1)} s of CPU`);
    for (const path of everything) await must(agent.http, path, { agent: keepAlive });
    await resident(agent, 'read', 'everything read once');
    await agent.stop(mode === 'dev' ? 'SIGKILL' : 'SIGTERM');
    if (mode === 'dev') return;
    const again = await start(flags, isThere);
    note(
      `${name}-start-ms`,
      Math.round(again.startMs),
      2000,
      'less',
      `to the first right answer; ${usage(again.pid).cpu.toFixed(2)} s of CPU`,
    );
    await resident(again, 'started', 'after a start on that data');
    await again.stop('SIGKILL');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

for (const name of o.only.split(',')) for (const mode of o.mode.split(',')) await measure(name, mode);
console.log(`${rows - missed} passed, ${missed} failed`);
process.exit(missed === 0 ? 0 : 1);
