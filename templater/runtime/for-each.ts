/**
 * One template, many files: the items of a tree or a service, and the path of the file of each. Paths are made from data that others
 * write, so they are confined: below the root of the resource, with no `..`, nothing absolute, and no symbolic link on the way.
 */
import { lstatSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { HealthEntry } from '../../src/model/catalog-answers.js';
import { keyToText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import type { DependencyKind, DependencyValue } from '../data-source.js';
import { statusOf } from '../functions/consul-values.js';
import type { ForEach } from '../resource.js';
import { DeployError } from './target.js';

/** What `item` is in a template and in a path. `key` tells items apart. */
export interface Item {
  readonly key: string;
  readonly [field: string]: unknown;
}

/** In the order of their keys; the answer is the one for `forEach.dependency`. */
export function itemsOf({ dependency }: ForEach, answer: DependencyValue<DependencyKind>): readonly Item[] {
  return dependency.kind === 'keyPrefix'
    ? treeItems(dependency.prefix, answer as readonly KvEntry[])
    : (answer as readonly HealthEntry[]).map(serviceItem);
}

/**
 * What lies directly below the prefix: `app/vhosts/a` is item "a" with `value`; `app/vhosts/b/port` makes an item "b" with
 * `keys` = { "port": "80" }. An item may be both.
 */
function treeItems(prefix: string, entries: readonly KvEntry[]): readonly Item[] {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const items = new Map<string, { key: string; value: string; keys: Record<string, string> }>();
  for (const { Key, Value } of entries) {
    if (!Key.startsWith(folder)) continue;
    const [key = '', ...inner] = keyToText(Key)
      .slice(keyToText(folder as typeof Key).length)
      .split('/');
    if (key === '') continue;
    const item = items.get(key) ?? { key, value: '', keys: Object.create(null) };
    items.set(key, item);
    const value = Buffer.from(Value, 'base64').toString('utf8');
    if (inner.length === 0) item.value = value;
    else if (inner.join('/') !== '') item.keys[inner.join('/')] = value;
  }
  return [...items.values()].map((item) => ({ ...item, keys: { ...item.keys } }));
}

/** The fields that `service` gives a template, and `key`, the id of the instance. */
function serviceItem(entry: HealthEntry): Item {
  const { Node, Service } = entry;
  return {
    key: Service.ID,
    ID: Service.ID,
    Name: Service.Service,
    Node: Node.Node,
    NodeID: Node.ID,
    NodeAddress: Node.Address,
    NodeMeta: Node.Meta,
    Address: Service.Address || Node.Address,
    Port: Service.Port,
    Tags: Service.Tags,
    Meta: Service.Meta,
    Status: statusOf(entry),
  };
}

/** An item that can have no file now. What was made for it stays. */
export interface RefusedItem {
  readonly key: string;
  /** Where it would be, when it is not the place that is wrong. */
  readonly destination: string | undefined;
  /** Names the item. */
  readonly message: string;
}

export interface Place {
  readonly item: Item;
  readonly destination: string;
}

/** Where the files of items go. Those of one path would take turns overwriting it: none of them gets it. */
export function placesOf(
  forEach: ForEach,
  items: readonly Item[],
): { readonly places: readonly Place[]; readonly refused: readonly RefusedItem[] } {
  const refused: RefusedItem[] = [];
  const byDestination = new Map<string, Item[]>();
  for (const item of items) {
    try {
      const destination = destinationOf(forEach, item);
      const others = byDestination.get(destination);
      if (others === undefined) byDestination.set(destination, [item]);
      else others.push(item);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      refused.push({ key: item.key, destination: undefined, message: error.message });
    }
  }
  const places = [...byDestination].flatMap(([destination, [item, ...others]]) => {
    if (item === undefined || others.length > 0) return [];
    return { item, destination };
  });
  for (const [destination, claimants] of byDestination)
    if (claimants.length > 1) refused.push(...claimants.map(sharing(destination, claimants)));
  return { places, refused };
}

function sharing(destination: string, claimants: readonly Item[]): (item: Item) => RefusedItem {
  return ({ key }) => {
    const others = claimants.filter((other) => other.key !== key).map((other) => JSON.stringify(other.key));
    const who = others.length === 0 ? 'another one of that name' : others.join(', ');
    return { key, destination, message: `the item ${JSON.stringify(key)} makes no file: ${destination} is that of ${who} as well` };
  };
}

/** @throws DeployError when the path would leave the root, or says something that is not in the item */
export function destinationOf({ root, destination }: ForEach, item: Item): string {
  const refuse = (reason: string): never => {
    throw new DeployError(`the item ${JSON.stringify(item.key)} makes no file: ${reason}`);
  };
  const path = destination.replace(/\{\{\s*\.?item\.([^}]*?)\s*\}\}/g, (_, name: string) => {
    const text = fieldText(item, name.split('.'));
    return text ?? refuse(`there is no "item.${name}" with a text in it`);
  });
  if (path.includes('{{')) return refuse(`${JSON.stringify(destination)} may hold {{item.NAME}} and nothing else in braces`);
  if (path.includes('\0')) return refuse('its path holds a NUL');
  const start = root.endsWith(sep) ? root : root + sep;
  if (!path.startsWith(start)) return refuse(`${JSON.stringify(path)} is not below ${root}`);
  const parts = path.slice(start.length).split(sep);
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return refuse(`${JSON.stringify(path)} has an empty part, "." or ".." below ${root}`);
  return path;
}

function fieldText(item: Item, path: readonly string[]): string | undefined {
  let value: unknown = item;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

/** From the one directly below the root to the one that the file is in. */
export function directoriesBetween(root: string, destination: string): readonly string[] {
  const inside = relative(root, dirname(destination));
  if (inside === '') return [];
  const parts = inside.split(sep);
  return parts.map((_, i) => join(root, ...parts.slice(0, i + 1)));
}

/** The root may be a link, it is the user's own; below it anything may have been planted. @throws DeployError */
export function refuseLinks({ root }: ForEach, destination: string): void {
  for (const path of [...directoriesBetween(root, destination), destination]) {
    if (isLink(path)) throw new DeployError(`${destination}: ${path} is a symbolic link; files of items are not written through links`);
  }
}

/** @throws DeployError */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch (error) {
    throw new DeployError(`look at ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
