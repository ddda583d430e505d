/** Which mesh this is. The revision is written in by the build (bin/dev/build.mjs). */
import manifest from '../../package.json' with { type: 'json' };

declare const MESH_REVISION: string | undefined;

export const version: string = manifest.version;
/** Abbreviated commit, '' outside a bundle. */
export const revision: string = typeof MESH_REVISION === 'string' ? MESH_REVISION : '';
