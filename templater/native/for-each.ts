/** `for_each = "tree app/vhosts"`, `for_each = "service web"`: one file per item, below one directory. */
import { dirname, resolve } from 'node:path';
import { keyFromText } from '../../src/model/kv-key.js';
import type { ForEach } from '../resource.js';
import type { FailAt } from './table-values.js';

interface ForEachValues {
  readonly for_each?: string;
  readonly root?: string;
  readonly dest: string;
}

export function forEachOf({ for_each: text, root: given, dest }: ForEachValues, failAt: FailAt): ForEach | undefined {
  if (text === undefined) {
    if (given !== undefined) return failAt('root', '"root" is for resources with "for_each"');
    return undefined;
  }
  if (!dest.includes('{{')) return failAt('dest', 'with "for_each" the "dest" must name the item, such as "/etc/x/{{item.key}}.conf"');
  const root = resolve(given ?? literalDirectory(dest));
  if (root === '/') return failAt('for_each', 'its files could be anywhere; say with "root" which directory they stay in');
  return { dependency: dependencyOf(text, failAt), root, destination: resolve(dest) };
}

/** A tree's prefix is a folder: what lies directly below it are the items. */
function dependencyOf(text: string, failAt: FailAt): ForEach['dependency'] {
  const [, kind = '', name = '', datacenter = ''] = /^\s*(tree|service)\s+([^\s@]+)(?:@([\w.-]+))?\s*$/.exec(text) ?? [];
  if (kind === 'tree') {
    const folder = name.replace(/^\/+|\/+$/g, '');
    return { kind: 'keyPrefix', prefix: keyFromText(folder === '' ? '' : `${folder}/`), datacenter };
  }
  const [, tag = '', service = ''] = /^(?:([\w.:=-]+)\.)?([\w-]+)$/.exec(name) ?? [];
  if (kind !== 'service' || service === '')
    return failAt('for_each', `"for_each" must be such as "tree app/vhosts" or "service web", not ${JSON.stringify(text)}`);
  return { kind: 'service', service, tag, datacenter, near: '', passing: true, connect: false };
}

/** "/etc/nginx/conf.d/{{item.key}}.conf" -> "/etc/nginx/conf.d" */
function literalDirectory(destination: string): string {
  return dirname(`${destination.split('{{')[0]}x`);
}
