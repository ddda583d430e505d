// `npm run check`: format and lint, types, room borders, dead code. Closes with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { ready, root } from './setup.mjs';

ready({ bundles: false });
const bin = (name) => `${root}node_modules/.bin/${name}`;
const run = (command, args) =>
  spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    maxBuffer: 64 * 1024 * 1024,
  });

const checks = [
  ['format and lint', () => run(bin('biome'), ['ci', '--error-on-warnings', '--colors=off', '--max-diagnostics=20', '.'])],
  ['types', () => run(bin('tsc'), ['-p', '.'])],
  ['room borders', roomBorders],
  ['dead code', () => run(bin('knip'), ['--no-progress'])],
];

/** A check that saw nothing proves nothing: zero modules is a failure. */
function roomBorders() {
  const result = run(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'templater', 'watch']);
  const seen = Number(/\((\d+) modules/.exec(result.stdout)?.[1] ?? 0);
  if (result.status === 0 && seen === 0) return { ...result, status: 1, stdout: `${result.stdout}no modules were seen\n` };
  return result;
}

let failed = 0;
for (const [name, check] of checks) {
  const { status, stdout, stderr } = check();
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) {
    failed += 1;
    console.log(`${stdout}${stderr}`);
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
