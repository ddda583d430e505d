// Bundles the two programs into dist/. ES modules with splitting, so that a command's code is read only when it is used.
// Native code (classic-level) stays outside the bundle.
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

if (!existsSync(`${root}node_modules/esbuild`)) {
  if (existsSync(`${root}dist/mesh.js`)) process.exit(0); // an installed package comes with dist/ and without the tools
  console.error('mesh: esbuild is missing; run "npm ci" first');
  process.exit(1);
}
const { build } = await import('esbuild');
rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { mesh: 'src/cli/main.ts', 'mesh-template': 'templater/main.ts' },
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
