/** What a group is called in the state directory: readable, and the same after a restart. */
import { sha256Hex } from '../../src/lib/hash.js';
import type { Group } from '../resource.js';

/** "conf.d/nginx.toml" -> "nginx_toml-1f2e3d4c5b6a7988" */
export function stateNameOf({ name, stateKey }: Pick<Group, 'name' | 'stateKey'>): string {
  const slug = name
    .split('/')
    .slice(-1)[0]
    ?.replace(/[^A-Za-z0-9_-]+/g, '_')
    .slice(0, 64);
  return `${slug}-${sha256Hex(stateKey).slice(0, 16)}`;
}
