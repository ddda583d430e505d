/**
 * Trees of data as keys: a leaf is a key, its path the names and positions above it. As confd's file backend has it: numbers in their
 * shortest form, nothing for null, no key for an empty map or list.
 */
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import { joinPath } from '../functions/go-path.js';
import { formatFloat } from '../go-template/format/float.js';

/** Deeper than anything that people write, and not deep enough to end the program. */
const depthMax = 200;

export class TreeError extends Error {
  override readonly name = 'TreeError';
}

/** `{ app: { ports: [80, 81] } }` -> "app/ports/0" = "80", "app/ports/1" = "81". A later key of the same name wins. @throws TreeError */
export function* treeEntries(tree: unknown): Generator<readonly [key: KvKey, value: string], void, void> {
  if (tree === null || tree === undefined) return;
  if (!isTable(tree) || Array.isArray(tree)) throw new TreeError('the top of the tree must be a map');
  yield* below(tree, '/', 0);
}

function* below(node: unknown, path: string, depth: number): Generator<readonly [KvKey, string], void, void> {
  if (depth > depthMax) throw new TreeError(`nested more than ${depthMax} deep`);
  if (Array.isArray(node)) {
    for (const [position, element] of node.entries()) yield* below(element, joinPath(path, `${position}`), depth + 1);
  } else if (isTable(node)) {
    for (const [name, element] of Object.entries(node)) yield* below(element, joinPath(path, name), depth + 1);
  } else {
    const text = leafText(node);
    // A name of dots alone leads nowhere.
    if (text !== undefined && path !== '/') yield [keyFromText(path.slice(1)), text];
  }
}

function isTable(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && !(node instanceof Date);
}

function leafText(leaf: unknown): string | undefined {
  switch (typeof leaf) {
    case 'string':
      return leaf;
    case 'bigint':
    case 'boolean':
      return String(leaf);
    case 'number':
      return Number.isInteger(leaf) && Math.abs(leaf) < 2 ** 53 ? String(leaf) : formatFloat(leaf, 'f', -1);
    default:
      // TOML's dates; null and what is no data stand for nothing.
      return leaf instanceof Date ? leaf.toISOString().replace('.000', '') : undefined;
  }
}
