// What blocked queries and a large store cost.
//   node blocking.mjs --addr http://127.0.0.1:8500 --pid PID [--only keys,service,store]
// --pid is the agent's process. The agent should be a fresh throw-away one whose limits allow 10,000 connections from one
// address (limits.http_max_conns_per_client = 15000) and whose open-file limit does (ulimit -n 20000).
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import { holdingServer, median, must, options, putInstance, putKey, putKeys, range, report, request, sleep, usage } from './lib.mjs';

const o = options({ addr: 'http://127.0.0.1:8500', pid: '', only: '', waiters: '10000', keys: '100000' });
if (!o.pid) throw new Error('--pid is needed: the process id of the agent');
const chosen = (name) => !o.only || o.only.split(',').includes(name);
const index = (answer) => answer.headers[answer.headers.findIndex((h) => h.toLowerCase() === 'x-consul-index') + 1];
let missed = 0;
const note = (...a) => {
  if (!report(...a)) missed += 1;
};

if (chosen('service')) {
  const n = 5000;
  for (let i = 0; i < 10; i += 1) await putInstance(o.addr, 'woken', i);
  await sleep(1000);
  const at = index(await must(o.addr, '/v1/health/service/woken'));
  const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  const rounds = [];
  let from = at;
  for (let round = 0; round < 3; round += 1) {
    const times = [];
    const failed = [];
    let started = 0n;
    const all = range(n, () =>
      must(o.addr, `/v1/health/service/woken?index=${from}&wait=5m`, { agent }).then(
        () => times.push(Number(process.hrtime.bigint() - started) / 1e6),
        (e) => failed.push(e),
      ),
    );
    await sleep(4000);
    if (times.length) throw new Error(`${times.length} answered before the change`);
    const before = usage(o.pid);
    started = process.hrtime.bigint();
    await putInstance(o.addr, 'woken', round, { Port: 30000 + round });
    await Promise.all(all);
    if (failed.length) throw failed[0];
    rounds.push({ last: Math.max(...times), middle: median(times), cpu: usage(o.pid).cpu - before.cpu });
    from = index(await must(o.addr, '/v1/health/service/woken'));
  }
  note(
    'wake-5000-last-ms',
    Math.round(median(rounds.map((r) => r.last))),
    1000,
    'less',
    `median waiter ${Math.round(median(rounds.map((r) => r.middle)))} ms`,
  );
  note('wake-5000-cpu-s', Number(median(rounds.map((r) => r.cpu)).toFixed(2)), 1, 'less');
}

if (chosen('store')) {
  const time = async (path, n = 300) => {
    const ms = [];
    for (let i = 0; i < n; i += 1) {
      const t = process.hrtime.bigint();
      await must(o.addr, path, { agent: keep });
      ms.push(Number(process.hrtime.bigint() - t) / 1e6);
    }
    return median(ms);
  };
  const keep = new http.Agent({ keepAlive: true });
  await putKeys(o.addr, 'small/', 10);
  const few = await time('/v1/kv/small/?recurse');
  await putKeys(o.addr, 'large/', Number(o.keys));
  await sleep(2000);
  const many = await time('/v1/kv/small/?recurse');
  note(
    'prefix-slowdown',
    Number((many / few).toFixed(2)),
    1.5,
    'less',
    `10-key prefix: ${few.toFixed(2)} ms, with ${o.keys} more keys ${many.toFixed(2)} ms`,
  );
  note('rss-MiB', Math.round(usage(o.pid).rss), 150, 'less', `${o.keys} keys of 100 bytes in the store`);
}
if (chosen('keys')) {
  const n = Number(o.waiters);
  await putKeys(o.addr, 'wait/', n, 10);
  const { headers } = await must(o.addr, '/v1/kv/wait/000000');
  const latest = index(await must(o.addr, '/v1/kv/wait/?recurse&keys')) ?? index({ headers });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let answered = 0;
  const hold = async (base) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
    for (let i = 0; i < n; i += 1) {
      request(base, `/v1/kv/wait/${String(i).padStart(6, '0')}?index=${latest}&wait=5m`, { agent, signal: stop.signal }).then(
        () => {
          answered += 1;
        },
        () => {},
      );
      if (i % 200 === 199) await sleep(20);
    }
    await sleep(5000);
  };
  const bare = await holdingServer();
  const bareBefore = usage(bare.pid);
  await hold(bare.url);
  const bareMiB = usage(bare.pid).rss - bareBefore.rss;
  bare.stop();
  await sleep(2000);
  answered = 0;
  const before = usage(o.pid);
  await hold(o.addr);
  const held = usage(o.pid);
  const early = answered;
  await sleep(5000);
  const rest = usage(o.pid);
  await putKey(o.addr, 'wait/000042', 'changed');
  await sleep(1000);
  const ours = held.rss - before.rss;
  note(
    'blocked-memory-ratio',
    Number((ours / bareMiB).toFixed(2)),
    1.3,
    'less',
    `${n} blocked queries on ${n} keys: ${ours.toFixed(0)} MiB, a bare server holds them in ${bareMiB.toFixed(0)}`,
  );
  note('blocked-idle-cpu-%', Number((((rest.cpu - held.cpu) / 5) * 100).toFixed(1)), 2, 'less');
  note('woken-by-one-change', answered - early, 1, 'less', `${early} answered before it`);
  stop.abort();
  await sleep(1000);
}

console.log(`${missed} missed`);
process.exit(missed ? 1 : 0);
