// Makes a fresh clone ready, with nothing but Node 20 and npm at hand: npm packages from the lock file, Debian programs by apt-get
// where that is allowed (else it says what to install and what is left out without it), and the bundles in dist/.
// `ready({ programs })` is what `npm test`, `npm run demo`, `npm run check` and `npm run bench` begin with.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Program -> Debian package, and what cannot be done without it. */
const debian = {
  nginx: { package: 'nginx-light', without: 'the nginx example and its tests are skipped' },
  dig: { package: 'bind9-dnsutils', without: 'the DNS tests that use dig are skipped' },
  etcd: { package: 'etcd-server', without: 'the tests with keys in etcd are skipped' },
  'redis-server': { package: 'redis-server', without: 'the tests with keys in redis are skipped' },
  wrk: { package: 'wrk', without: 'the HTTP benchmark cannot run' },
  dnsperf: { package: 'dnsperf', without: 'the DNS benchmark cannot run' },
};

/** Where programs are looked for: root's tools are often missing from a user's PATH. */
const searched = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];
export const has = (program) => searched.some((folder) => folder !== '' && existsSync(`${folder}/${program}`));

const say = (text) => process.stderr.write(`set-up: ${text}\n`);
const run = (command, args, options = {}) => spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options }).status === 0;

/** Returns the programs that are still missing. Throws when npm packages cannot be installed. */
export function ready({ programs = [], bundles = true } = {}) {
  refuseOldNode();
  installPackages();
  const missing = installPrograms(programs.filter((program) => !has(program)));
  if (bundles) buildBundles();
  return missing;
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`mesh needs Node 20.19 or newer; this is ${process.versions.node}`);
}

function installPackages() {
  const installed = `${root}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs) return;
  say('installing npm packages from the lock file (npm ci)');
  if (!run('npm', ['ci', '--no-fund', '--no-audit', '--ignore-scripts'])) throw new Error('npm ci failed; the lines above say why');
}

function installPrograms(programs) {
  if (programs.length === 0) return [];
  const packages = programs.map((program) => debian[program].package);
  const prefix = aptPrefix();
  if (prefix) {
    say(`installing Debian packages: ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const [command, ...args] = [...prefix, 'apt-get'];
    run(command, [...args, '-qq', 'update'], { env });
    // One by one: a package that this release of Debian does not have keeps none of the others away.
    for (const name of packages) run(command, [...args, '-qq', '-y', '--no-install-recommends', 'install', name], { env });
  }
  const missing = programs.filter((program) => !has(program));
  for (const program of missing)
    say(`${program} is missing: ${debian[program].without}. To have it: apt-get install ${debian[program].package}`);
  return missing;
}

/** [] as root, ['sudo', '-n'] where that asks for no password, undefined where apt-get may not be used. */
function aptPrefix() {
  if (!has('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return has('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

const newest = (folder) =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).map((e) =>
      e.isFile() ? statSync(`${e.parentPath}/${e.name}`).mtimeMs : 0,
    ),
  );

/** Only when a source is younger than the bundle. */
export function buildBundles() {
  const bundle = `${root}dist/mesh.js`;
  const sources = Math.max(...['src', 'templater', 'watch', 'bin/dev'].map((folder) => newest(root + folder)));
  if (existsSync(bundle) && statSync(bundle).mtimeMs >= sources) return;
  execFileSync(process.execPath, [`${root}bin/dev/build.mjs`], { stdio: ['ignore', 2, 2] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ready({ programs: Object.keys(debian) });
