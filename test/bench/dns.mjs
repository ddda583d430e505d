// DNS throughput of an agent against a bare UDP echo that sends the same bytes, in alternating rounds.
//   node dns.mjs --addr http://127.0.0.1:8500 --dns 127.0.0.1:8600 [--domain consul] [--only a-1,srv-10] [--rounds 3]
// The agent should be a fresh throw-away one. Needs dnsperf (Debian package).
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import { freePort, median, must, options, pool, range, report, run, sleep } from './lib.mjs';

const o = options({
  addr: 'http://127.0.0.1:8500',
  dns: '127.0.0.1:8600',
  domain: 'consul',
  only: '',
  rounds: '3',
  seconds: '4',
  seeded: false,
});
const [host, port] = [o.dns.replace(/:\d+$/, ''), Number(o.dns.replace(/.*:/, ''))];
const ROWS = [
  ['a-1', 'dweb1', 'A', 0.65],
  ['a-10', 'dweb10', 'A', 0.6],
  ['a-100', 'dweb100', 'A', 0.5],
  ['srv-1', 'dweb1', 'SRV', 0.6],
  ['srv-10', 'dweb10', 'SRV', 0.55],
  ['srv-100', 'dweb100', 'SRV', 0.45],
];
const wanted = ROWS.filter(([name]) => !o.only || o.only.split(',').includes(name));
const seedOne = (n) => (i) =>
  must(o.addr, '/v1/catalog/register', {
    method: 'PUT',
    body: JSON.stringify({ Node: `dweb${n}-n${i}`, Address: `10.2.0.${i}`, Service: { ID: `dweb${n}`, Service: `dweb${n}`, Port: 8000 } }),
  });
if (!o.seeded)
  for (const n of [1, 10, 100])
    await pool(
      range(n, (i) => i),
      8,
      seedOne(n),
    );

function question(name, type) {
  const labels = name.split('.').flatMap((l) => [Buffer.from([l.length]), Buffer.from(l)]);
  return Buffer.concat([Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, type === 'A' ? 1 : 33, 0, 1])]);
}
const ask = (packet) =>
  new Promise((resolve, reject) => {
    const s = dgram.createSocket('udp4');
    const timer = setTimeout(() => {
      s.close();
      reject(new Error(`no answer from ${o.dns}`));
    }, 3000);
    s.on('message', (m) => {
      clearTimeout(timer);
      s.close();
      resolve(m);
    });
    s.send(packet, port, host);
  });
async function dnsperf(to, data) {
  const out = await run('dnsperf', ['-s', '127.0.0.1', '-p', String(to), '-d', data, '-c', '20', '-l', o.seconds]);
  if (!/NOERROR/.test(out)) throw new Error(out);
  return Number(/Queries per second:\s+([\d.]+)/.exec(out)[1]);
}

let missed = 0;
for (const [label, service, type, bound] of wanted) {
  const name = `${service}.service.${o.domain}`;
  const reply = await ask(question(name, type));
  if ((reply[3] & 15) !== 0 || reply.readUInt16BE(6) === 0) throw new Error(`${name} ${type}: no records`);
  const echoPort = await freePort();
  const code = `const r=Buffer.from('${reply.toString('hex')}','hex');const s=require('dgram').createSocket('udp4');s.on('message',(m,f)=>{r[0]=m[0];r[1]=m[1];s.send(r,f.port,f.address)});s.bind(${echoPort},'127.0.0.1')`;
  const echo = spawn(process.execPath, ['-e', code]);
  await sleep(300);
  const data = `/tmp/dns-bench-${process.pid}`;
  fs.writeFileSync(data, `${name}. ${type}\n`);
  await dnsperf(port, data);
  const pairs = [];
  for (let i = 0; i < Number(o.rounds); i += 1) pairs.push([await dnsperf(port, data), await dnsperf(echoPort, data)]);
  echo.kill('SIGKILL');
  const ratios = pairs.map(([a, b]) => a / b);
  if (
    !report(
      label,
      Number(median(ratios).toFixed(3)),
      bound,
      'more',
      `${reply.length} B  agent ${median(pairs.map((p) => p[0])).toFixed(0)}/s  echo ${median(pairs.map((p) => p[1])).toFixed(0)}/s  ratios ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
    )
  )
    missed += 1;
}
console.log(`${wanted.length - missed} passed, ${missed} failed`);
process.exit(missed ? 1 : 0);
