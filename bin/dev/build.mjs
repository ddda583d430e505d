// Bundles the two programs into dist/, split so that a command's code is read only when it is used. esbuild splits ES modules only, so
// each part is then turned into CommonJS: Node starts that 15 to 20 ms sooner, which is a quarter of what "mesh kv get" takes.
// Native code (classic-level) stays outside the bundle.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedIndex } from './code-cache.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

if (!existsSync(`${root}node_modules/esbuild`)) {
  if (existsSync(`${root}dist/mesh.js`)) process.exit(0); // an installed package comes with dist/ and without the tools
  console.error('mesh: esbuild is missing; run "npm ci" first');
  process.exit(1);
}
const { build, transform } = await import('esbuild');
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
  logLevel: 'warning',
});

async function asCommonJs({ path, text }) {
  // Without the last setting `import()` of a part would stay, and load the ES module loader for it.
  const options = { format: 'cjs', platform: 'node', target: 'node20', minify: true, supported: { 'dynamic-import': false } };
  return { path, contents: (await transform(text, options)).code };
}

const parts = new Map((await Promise.all(outputFiles.map(asCommonJs))).map(({ path, contents }) => [basename(path), contents]));
const files = new Map([...parts, ['package.json', '{"type":"commonjs"}\n']]);

// mesh-template runs for a moment only, again and again, so it has its parts in one file: see parts-loader.cjs.
const packed = packedProgram('mesh-template.js');
files.set(packed.index.parts, packed.text);
files.set('mesh-template.js', packed.program(packed.index));
const others = partsReachedFrom('mesh.js');
for (const name of parts.keys()) if (name !== 'mesh-template.js' && !others.has(name)) files.delete(name);

function partsReachedFrom(main) {
  const reached = new Set([main]);
  for (const name of reached) {
    for (const [, part] of parts.get(name)?.matchAll(/require\("\.\/([^"]+)"\)/g) ?? []) if (parts.has(part)) reached.add(part);
  }
  return reached;
}

function packedProgram(main) {
  const places = {};
  let text = '';
  for (const name of partsReachedFrom(main)) {
    if (name === main) continue;
    const contents = parts.get(name);
    places[`./${name}`] = [text.length, contents.length, 0, 0];
    text += contents;
  }
  const loader = readFileSync(new URL('parts-loader.cjs', import.meta.url), 'utf8');
  const program = (index) =>
    `"use strict";const index=${JSON.stringify(index)};\n${loader}\n(function(exports,require,module){${parts.get(main)}\n})(module.exports,load,module);\n`;
  return { text, program, index: { parts: `mesh-template-${hashOf(text)}.parts`, cache: '', places } };
}

function hashOf(contents) {
  return createHash('sha256').update(contents).digest('hex').slice(0, 8);
}

// Each file by rename, and left-overs of earlier builds only after an hour: a program that runs from them may still load a part.
mkdirSync(dist, { recursive: true });
for (const [name, contents] of files) write(name, contents);
const cached = await cachedIndex(packed, dist);
files.set(cached.index.cache, cached.cache);
write(cached.index.cache, cached.cache);
write('mesh-template.js', packed.program(cached.index));

function write(name, contents) {
  writeFileSync(`${dist}/${name}.${process.pid}`, contents);
  renameSync(`${dist}/${name}.${process.pid}`, `${dist}/${name}`);
}

for (const name of readdirSync(dist)) {
  const path = `${dist}/${name}`;
  if (!files.has(name) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { force: true });
}
