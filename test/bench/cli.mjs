// Start-up of the command line as a ratio to `node -e 0`, in alternating rounds.
//   node cli.mjs --addr http://127.0.0.1:8500 --bin "mesh" [--rounds 15]
import { spawn } from 'node:child_process';
import { median, options, putKey, report } from './lib.mjs';

const o = options({ addr: 'http://127.0.0.1:8500', bin: 'mesh', rounds: '15' });
const wall = (command, args) =>
  new Promise((resolve, reject) => {
    const t = process.hrtime.bigint();
    spawn(command, args, { stdio: 'ignore', env: { ...process.env, CONSUL_HTTP_ADDR: o.addr } })
      .on('error', reject)
      .on('exit', (code) =>
        code === 0 ? resolve(Number(process.hrtime.bigint() - t) / 1e6) : reject(new Error(`${command} ${args}: exit ${code}`)),
      );
  });
await putKey(o.addr, 'foo', 'bar');
const [bin, ...first] = o.bin.split(' ');
let missed = 0;
for (const [name, args, bound] of [
  ['version', ['version'], 1.5],
  ['kv-get', ['kv', 'get', 'foo'], 1.6],
  ['members', ['members'], 1.6],
]) {
  const ours = [];
  const bare = [];
  for (let i = 0; i < Number(o.rounds); i += 1) {
    ours.push(await wall(bin, [...first, ...args]));
    bare.push(await wall(process.execPath, ['-e', '0']));
  }
  if (
    !report(
      name,
      Number((median(ours) / median(bare)).toFixed(2)),
      bound,
      'less',
      `${median(ours).toFixed(0)} ms against ${median(bare).toFixed(0)} ms`,
    )
  )
    missed += 1;
}
console.log(`${3 - missed} passed, ${missed} failed`);
process.exit(missed ? 1 : 0);
