// From sending a PUT to the renamed file, with fsync and all: changes of a key that mesh-template follows, one after the other.
//   node template-latency.mjs --addr http://127.0.0.1:8500 [--changes 500] [--bin PROGRAM]
// The key/value store below `bench/` is emptied.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { median, must, options, putKey, quantile, report, request, sleep } from './lib.mjs';

const o = options({ addr: 'http://127.0.0.1:8500', changes: '500', bin: new URL('../../bin/mesh-template', import.meta.url).pathname });
const directory = mkdtempSync(`${tmpdir()}/mesh-bench-`);
const agent = new http.Agent({ keepAlive: true });
const file = `${directory}/out/app`;
for (const folder of ['conf.d', 'templates', 'out']) mkdirSync(`${directory}/${folder}`);
writeFileSync(`${directory}/conf.d/app.toml`, `[template]\nsrc = "app.tmpl"\ndest = "${file}"\nkeys = ["/bench"]\n`);
writeFileSync(`${directory}/templates/app.tmpl`, '{{range gets "/bench/*"}}{{.Key}}={{.Value}}\n{{end}}');
for (let i = 0; i < 10; i += 1) await putKey(o.addr, `bench/k${i}`, `value-${i}`);

const flags = ['-config', `${directory}/conf.d/app.toml`, '-node', o.addr.replace(/^http:\/\//, ''), '-log-level', 'error'];
const child = spawn(process.execPath, [o.bin, ...flags], { stdio: 'inherit' });
const ended = new Promise((resolve) => child.on('exit', resolve));
const content = () => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
/** Resolves in the turn in which the file with this text has taken its name. */
const shows = (text) =>
  new Promise((resolve, reject) => {
    const look = () => {
      if (!content().includes(text)) return;
      watcher.close();
      clearTimeout(late);
      resolve();
    };
    const watcher = watch(`${directory}/out`, look);
    const late = setTimeout(() => reject(new Error(`the file did not come to show ${text} within 10 s`)), 10_000);
    look();
  });

let passed = 0;
try {
  await shows('/bench/k9=value-9');
  const times = [];
  for (let i = 0; i < Number(o.changes); i += 1) {
    await sleep(5 + Math.random() * 10);
    const text = `update-${i}-${Math.random().toString(36).slice(2)}`;
    const shown = shows(text);
    const since = process.hrtime.bigint();
    await Promise.all([shown, request(o.addr, '/v1/kv/bench/k5', { method: 'PUT', body: text, agent })]);
    times.push(Number(process.hrtime.bigint() - since) / 1e6);
  }
  const rest = `${times.length} changes, most ${Math.max(...times).toFixed(2)}`;
  if (report('put-to-renamed-median-ms', Number(median(times).toFixed(2)), 5, 'less', rest)) passed += 1;
  if (report('put-to-renamed-p99-ms', Number(quantile(times, 0.99).toFixed(2)), 25, 'less', rest)) passed += 1;
} finally {
  child.kill('SIGTERM');
  await ended;
  rmSync(directory, { recursive: true, force: true });
  await must(o.addr, '/v1/kv/bench?recurse', { method: 'DELETE' });
  agent.destroy();
}
console.log(`${passed} passed, ${2 - passed} failed`);
process.exit(passed === 2 ? 0 : 1);
