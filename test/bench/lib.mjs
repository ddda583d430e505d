// What the benchmarks share: options, seeding an agent, a bare server that sends the same bytes, medians, tables.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];
export const range = (n, f) => Array.from({ length: n }, (_, i) => f(i));
export const pad = (i, n) => String(i).padStart(n, '0');

/** `--name value` and `--flag` into an object; numbers stay text. */
export function options(defaults) {
  const out = { ...defaults };
  const argv = process.argv.slice(2);
  for (let i = 0; i < argv.length; i += 1) {
    const name = argv[i].replace(/^--/, '');
    if (!(name in defaults)) throw new Error(`unknown option --${name}; known: ${Object.keys(defaults).join(', ')}`);
    if (typeof defaults[name] !== 'boolean') i += 1;
    out[name] = typeof defaults[name] === 'boolean' ? true : argv[i];
  }
  return out;
}

/** One request; resolves to { status, headers (raw list), body (Buffer) }. */
export function request(base, path, { method = 'GET', body, agent, signal } = {}) {
  return new Promise((resolve, reject) => {
    const req = http.request(new URL(path, base), { method, agent, signal }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode, headers: res.rawHeaders, body: Buffer.concat(chunks) }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

export async function must(base, path, options) {
  const answer = await request(base, path, options);
  if (answer.status >= 300) throw new Error(`${options?.method ?? 'GET'} ${path}: ${answer.status} ${answer.body}`);
  return answer;
}

/** Runs `job` over `items`, `width` at a time. */
export async function pool(items, width, job) {
  let next = 0;
  await Promise.all(
    range(width, async () => {
      while (next < items.length) await job(items[next++]);
    }),
  );
}

const seedAgent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const put = (base, path, value) =>
  must(base, path, { method: 'PUT', body: typeof value === 'string' ? value : JSON.stringify(value), agent: seedAgent });

export const putKey = (base, key, value) => put(base, `/v1/kv/${key}`, value);

/** `count` keys under `prefix`, in transactions of 60. */
export async function putKeys(base, prefix, count, bytes = 100) {
  const value = Buffer.alloc(bytes, 'v').toString('base64');
  const starts = range(Math.ceil(count / 60), (i) => i * 60);
  await pool(starts, 8, (from) =>
    put(
      base,
      '/v1/txn',
      range(Math.min(60, count - from), (i) => ({ KV: { Verb: 'set', Key: `${prefix}${pad(from + i, 6)}`, Value: value } })),
    ),
  );
}

/** A service instance on a node of its own, with one passing check. */
export const putInstance = (base, service, i, more = {}) =>
  put(base, '/v1/catalog/register', {
    Node: `${service}-n${i}`,
    Address: `10.1.${i >> 8}.${i & 255}`,
    Service: { ID: `${service}-${i}`, Service: service, Port: 8000 + i, Tags: ['v1', i % 2 ? 'odd' : 'even'], ...more },
    Check: { CheckID: `c-${service}-${i}`, Name: 'check', Status: 'passing', ServiceID: `${service}-${i}` },
  });

/** A bare node:http server in a process of its own that answers everything with these bytes. */
export async function bareServer(answer) {
  const skip = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);
  const headers = [];
  for (let i = 0; i < answer.headers.length; i += 2)
    if (!skip.has(answer.headers[i].toLowerCase())) headers.push(answer.headers[i], answer.headers[i + 1]);
  headers.push('Content-Length', String(answer.body.length));
  const port = await freePort();
  const code = `
    const body = Buffer.from(process.env.BODY_FILE ? require('fs').readFileSync(process.env.BODY_FILE) : '');
    const headers = JSON.parse(process.env.HEADERS);
    const reply = (res) => { res.writeHead(200, headers); res.end(body); };
    require('http').createServer((req, res) => {
      if (req.method === 'GET') return reply(res);
      const chunks = []; req.on('data', (c) => chunks.push(c)); req.on('end', () => { Buffer.concat(chunks); reply(res); });
    }).listen(${port}, '127.0.0.1');`;
  const file = `/tmp/bench-body-${process.pid}-${port}`;
  fs.writeFileSync(file, answer.body);
  const child = spawn(process.execPath, ['-e', code], {
    env: { ...process.env, HEADERS: JSON.stringify(headers), BODY_FILE: file },
    stdio: 'inherit',
  });
  await listening(port);
  fs.unlinkSync(file);
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') };
}

/** A bare node:http server that answers nothing: what holding requests costs at least. */
export async function holdingServer() {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ['-e', `require('http').createServer((req, res) => { res.on('close', () => {}); }).listen(${port}, '127.0.0.1')`],
    { stdio: 'inherit' },
  );
  await listening(port);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: () => child.kill('SIGKILL') };
}

export const freePort = () =>
  new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });

async function listening(port) {
  for (let i = 0; i < 100; i += 1) {
    const ok = await new Promise((resolve) => {
      const s = net.connect(port, '127.0.0.1', () => {
        s.destroy();
        resolve(true);
      });
      s.on('error', () => resolve(false));
    });
    if (ok) return;
    await sleep(50);
  }
  throw new Error('the bare server did not start');
}

/** Runs a program and resolves to its output; rejects when it fails. */
export function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (d) => {
      out += d;
    });
    child.stderr.on('data', (d) => {
      out += d;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${command}: ${out}`))));
  });
}

/** CPU seconds and resident MiB of a process. */
export function usage(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, rss: Number(rss) / 1024 };
}

/** Prints one result; with a bound, also whether it holds. Returns whether it does. */
export function report(name, value, bound, better, rest = '') {
  const ok = bound === undefined || (better === 'more' ? value >= bound : value <= bound);
  console.log(
    `${ok ? 'ok  ' : 'MISS'} ${name.padEnd(26)} ${String(value).padStart(9)} ${bound === undefined ? '' : `(${better === 'more' ? '≥' : '≤'} ${bound})`.padEnd(10)} ${rest}`,
  );
  return ok;
}
