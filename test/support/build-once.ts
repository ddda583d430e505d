import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';

const newest = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).map((e) =>
      e.isFile() ? statSync(`${e.parentPath}/${e.name}`).mtimeMs : 0,
    ),
  );

/** Tests that run the programs run the bundles; they are made anew when a source is younger. */
export function setup(): void {
  const sources = Math.max(...['src', 'templater', 'watch'].map(newest));
  if (!existsSync('dist/mesh.js') || statSync('dist/mesh.js').mtimeMs < sources)
    execFileSync(process.execPath, ['bin/dev/build.mjs'], { stdio: 'inherit' });
}
