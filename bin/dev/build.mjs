// Bundles the two programs into dist/. ES modules with splitting, so that a command's code is read only when it is used.
// Native code (classic-level) stays outside the bundle.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

if (!existsSync(`${root}node_modules/esbuild`)) {
  if (existsSync(`${root}dist/mesh.js`)) process.exit(0); // an installed package comes with dist/ and without the tools
  console.error('mesh: esbuild is missing; run "npm ci" first');
  process.exit(1);
}
const { build } = await import('esbuild');
const dist = `${root}dist`;

/** The abbreviated commit; '' where the sources are no clone (a package of them). */
function revision() {
  try {
    return execFileSync('git', ['-C', root, 'rev-parse', '--short=8', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

const programs = { mesh: 'src/cli/main.ts', 'mesh-template': 'templater/main.ts' };
const { outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(programs).filter(([, main]) => existsSync(`${root}${main}`))),
  define: { MESH_REVISION: JSON.stringify(revision()) },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  external: ['classic-level'],
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  logLevel: 'warning',
});

// Each file by rename, and left-overs of earlier builds only after an hour: a program that runs from them may still load a part.
mkdirSync(dist, { recursive: true });
for (const { path, contents } of outputFiles) {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}
const current = new Set(outputFiles.map((file) => basename(file.path)));
for (const name of readdirSync(dist)) {
  const path = `${dist}/${name}`;
  if (!current.has(name) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { force: true });
}
