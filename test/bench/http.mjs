// HTTP throughput of an agent against a bare node:http server that sends the same bytes, in alternating rounds.
//   node http.mjs --addr http://127.0.0.1:8500 [--only kv-get,health-10] [--rounds 3] [--seconds 3]
// The agent should be a fresh throw-away one; for the kv-put rows it should have a -data-dir. Needs wrk (Debian package).
import fs from 'node:fs';
import http from 'node:http';
import { bareServer, median, must, options, pool, putInstance, putKey, putKeys, range, report, request, run, sleep } from './lib.mjs';

const o = options({ addr: 'http://127.0.0.1:8500', only: '', rounds: '3', seconds: '3', seeded: false });
const keep = new http.Agent({ keepAlive: true });
const filter = encodeURIComponent('Service.Port != 1 and "v1" in Service.Tags');
// name, path, bound (ratio to bare), more
const ROWS = [
  ['kv-get', '/v1/kv/foo', 0.8],
  ['kv-recurse-100', '/v1/kv/list/?recurse', 0.6],
  ['health-1', '/v1/health/service/web1?passing', 0.6],
  ['health-10', '/v1/health/service/web10?passing', 0.6],
  ['health-100', '/v1/health/service/web100?passing', 0.6],
  ['catalog-services', '/v1/catalog/services', 0.6],
  ['catalog-service-10', '/v1/catalog/service/web10', 0.6],
  ['catalog-nodes', '/v1/catalog/nodes', 0.6],
  ['health-varied', '/v1/health/service/many0?passing', 0.35, { varied: true }],
  ['health-varied-writes', '/v1/health/service/many0?passing', 0.3, { varied: true, writes: 50 }],
  ['health-filter-100', `/v1/health/service/web100?filter=${filter}`, 0.1],
  ['kv-put-32', '/v1/kv/bench/x', 0.4, { put: true, connections: 32 }],
  ['kv-put-1', '/v1/kv/bench/x', 0.2, { put: true, connections: 1 }],
  ['agent-services-32', '/v1/agent/service/register', 0.32, { services: agentService }],
  ['catalog-services-32', '/v1/catalog/register', 0.32, { services: catalogService }],
];
const wanted = ROWS.filter(([name]) => !o.only || o.only.split(',').includes(name));

async function seed() {
  await putKey(o.addr, 'foo', 'x'.repeat(20));
  await putKeys(o.addr, 'list/', 100);
  for (const n of [1, 10, 100])
    await pool(
      range(n, (i) => i),
      8,
      (i) => putInstance(o.addr, `web${n}`, i),
    );
  if (wanted.some(([, path]) => /many|catalog/.test(path)))
    await pool(
      range(10000, (i) => i),
      8,
      (i) => putMany(i, 8000 + (i % 1000)),
    );
}

/** Instance i of 1,000 services with 10 instances each, spread over 100 nodes. */
const putMany = (i, port) =>
  must(o.addr, '/v1/catalog/register', {
    method: 'PUT',
    agent: keep,
    body: JSON.stringify({
      Node: `pool-${i % 100}`,
      Address: `10.9.0.${i % 100}`,
      Service: { ID: `many${Math.floor(i / 10)}-${i % 10}`, Service: `many${Math.floor(i / 10)}`, Port: port, Tags: ['v1'] },
      Check: { CheckID: `c-many-${i}`, Name: 'check', Status: 'passing', ServiceID: `many${Math.floor(i / 10)}-${i % 10}` },
    }),
  });

/** 1,000 services registered and deregistered again, 32 at a time: requests per second. */
async function services(base, requestsOf) {
  const all = range(1000, requestsOf);
  const connections = new http.Agent({ keepAlive: true, maxSockets: 32 });
  const send = ([path, body]) => must(base, path, { method: 'PUT', agent: connections, body: body && JSON.stringify(body) });
  const since = performance.now();
  for (const half of [0, 1]) await pool(all, 32, (requests) => send(requests[half]));
  const perSecond = (2 * all.length * 1000) / (performance.now() - since);
  connections.destroy();
  return perSecond;
}

function agentService(i) {
  const body = { ID: `bench-${i}`, Name: `bench${i % 100}`, Port: 8000 + i, Tags: ['v1'], Check: { TTL: '1h', Status: 'passing' } };
  return [['/v1/agent/service/register', body], [`/v1/agent/service/deregister/${body.ID}`]];
}

function catalogService(i) {
  const node = { Node: `bench-${i % 100}`, Address: '10.9.0.1' };
  const service = { ID: `bench-${i}`, Service: `bench${i % 100}`, Port: 8000 + i, Tags: ['v1'] };
  const check = { CheckID: `c-bench-${i}`, Name: 'check', Status: 'passing', ServiceID: service.ID };
  return [
    ['/v1/catalog/register', { ...node, Service: service, Check: check }],
    ['/v1/catalog/deregister', { Node: node.Node, ServiceID: service.ID }],
  ];
}

async function wrk(base, path, more) {
  if (more.services) return services(base, more.services);
  const args = ['-t1', `-c${more.connections ?? 32}`, `-d${o.seconds}s`];
  const lua = `/tmp/http-bench-${process.pid}.lua`;
  if (more.put)
    fs.writeFileSync(
      lua,
      `local n=0\nlocal v=string.rep("v",100)\nrequest=function() n=n+1 return wrk.format("PUT","/v1/kv/bench/"..(n%1000),nil,v..n) end`,
    );
  else if (more.varied)
    fs.writeFileSync(
      lua,
      `local n=0\nrequest=function() n=n+1 return wrk.format("GET","/v1/health/service/many"..((n*37)%1000).."?passing") end`,
    );
  if (more.put || more.varied) args.push('-s', lua);
  const out = await run('wrk', [...args, base + path]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? /Socket errors: (.*)/.exec(out)?.[1];
  if (bad) throw new Error(`${base}${path}: ${bad}\n${out}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]);
}

function writer(perSecond) {
  let stopped = false;
  const done = (async () => {
    for (let n = 0; !stopped; n += 1) {
      await putMany((n * 137) % 10000, 20000 + (n % 1000));
      await sleep(1000 / perSecond);
    }
  })();
  return async () => {
    stopped = true;
    await done;
  };
}

if (!o.seeded) await seed();
let missed = 0;
for (const [name, path, bound, more = {}] of wanted) {
  const sample =
    more.put || more.services ? await request(o.addr, '/v1/kv/bench/x', { method: 'PUT', body: 'x' }) : await must(o.addr, path);
  const bare = await bareServer(sample);
  const stopWriter = more.writes ? writer(more.writes) : undefined;
  const pairs = [];
  await wrk(o.addr, path, { ...more });
  for (let i = 0; i < Number(o.rounds); i += 1) pairs.push([await wrk(o.addr, path, more), await wrk(bare.url, path, more)]);
  await stopWriter?.();
  bare.stop();
  const ratios = pairs.map(([a, b]) => a / b);
  const row = [
    `${sample.body.length} B`,
    `agent ${median(pairs.map((p) => p[0])).toFixed(0)}/s`,
    `bare ${median(pairs.map((p) => p[1])).toFixed(0)}/s`,
    `ratios ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
  ];
  if (!report(name, Number(median(ratios).toFixed(3)), bound, 'more', row.join('  '))) missed += 1;
}
console.log(`${wanted.length - missed} passed, ${missed} failed`);
process.exit(missed ? 1 : 0);
