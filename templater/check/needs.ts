/** What a resource needs, and what of it is there: from its configuration, from its text, and, with an agent, from rendering it. */
import type { KvKey } from '../../src/model/kv-key.js';
import { keyFromText } from '../../src/model/kv-key.js';
import { type Dependency, type DependencyValue, dependencyId, describeDependency, inSource } from '../data-source.js';
import { parseKeyQuery, parsePrefixQuery, parseServiceQuery } from '../functions/consul-query.js';
import { fromText } from '../go-template/byte-string.js';
import type { KeyTree } from '../key-tree.js';
import type { Asked } from '../render-all.js';
import type { Resource } from '../resource.js';
import { dependenciesOf, keyTree } from '../runtime/resource-keys.js';
import type { LiteralCall } from './literal-call.js';

export interface Need {
  /** `key "app/x"`, `service "web"`. */
  readonly what: string;
  /** Lines of the template that name it. */
  readonly lines: readonly number[];
  readonly state: 'there' | 'missing' | 'optional' | 'unknown';
  /** "3 keys", "no passing instance"; '' when there is nothing to say. */
  readonly detail: string;
}

export interface Lookup {
  readonly calls: readonly LiteralCall[];
  /** What rendering it asked for; undefined when nobody was asked. */
  readonly asked: ReadonlyMap<string, Asked> | undefined;
  readonly isRendered: boolean;
}

/** What the texts of a template name. */
export function literalDependencies(resource: Resource, calls: readonly LiteralCall[]): readonly Dependency[] {
  return calls.flatMap((call) => dependencyOf(call, resource)?.dependency ?? []);
}

export function needsOf(resource: Resource, { calls, asked, isRendered }: Lookup): readonly Need[] {
  const wanted = new Map<string, Wanted>();
  const want = (dependency: Dependency, { line, isOptional }: { readonly line?: number; readonly isOptional: boolean }) => {
    const id = dependencyId(dependency);
    const known = wanted.get(id);
    const lines = [...(known?.lines ?? []), ...(line === undefined ? [] : [line])];
    wanted.set(id, { dependency, lines, isOptional: (known?.isOptional ?? true) && isOptional });
  };
  for (const dependency of dependenciesOf(resource)) want(dependency, { isOptional: false });
  for (const call of calls) {
    const found = dependencyOf(call, resource);
    if (found !== undefined) want(found.dependency, { line: call.line, isOptional: found.isOptional });
  }
  const keys = keyNeeds(resource, calls, asked);
  for (const { dependency } of asked?.values() ?? []) {
    // One of confd's functions asked for it.
    if (keys.some(({ what }) => what === describeDependency(dependency))) continue;
    // A name that was put together; when the template went through without the key, it had another way.
    const isOptional = isRendered && (dependency.kind === 'key' || dependency.kind === 'keyPrefix');
    if (!wanted.has(dependencyId(dependency))) want(dependency, { isOptional });
  }
  const needs = [...wanted.values()].map((one) => needOf(one, asked?.get(dependencyId(one.dependency))));
  return [...needs, ...keys];
}

interface Wanted {
  readonly dependency: Dependency;
  readonly lines: readonly number[];
  readonly isOptional: boolean;
}

function needOf({ dependency, lines, isOptional }: Wanted, asked: Asked | undefined): Need {
  const what = describeDependency(dependency);
  const answer = asked?.value;
  if (answer === undefined) return { what, lines: unique(lines), state: isOptional ? 'optional' : 'unknown', detail: '' };
  const { isThere, detail } = judged(dependency, answer);
  return { what, lines: unique(lines), state: isThere ? 'there' : isOptional ? 'optional' : 'missing', detail };
}

const unique = (lines: readonly number[]) => [...new Set(lines)];

function judged(dependency: Dependency, value: unknown): { readonly isThere: boolean; readonly detail: string } {
  if (value === null) return { isThere: false, detail: '' };
  if (!Array.isArray(value)) return { isThere: true, detail: '' };
  if (dependency.kind === 'keyPrefix') return { isThere: value.length > 0, detail: value.length === 1 ? '1 key' : `${value.length} keys` };
  if (dependency.kind !== 'service') return { isThere: true, detail: '' };
  const instances = value.length === 1 ? '1 instance' : `${value.length} instances`;
  return { isThere: value.length > 0, detail: dependency.passing ? `${instances} passing` : instances };
}

/** Functions of consul-template, by what they ask for. */
const keyFunctions: Readonly<Record<string, { readonly isOptional: boolean }>> = {
  key: { isOptional: false },
  keyOrDefault: { isOptional: true },
  keyExists: { isOptional: true },
};
const prefixFunctions: ReadonlySet<string> = new Set(['tree', 'safeTree', 'safeLs', 'ls']);
/** confd's, which read the keys that were fetched for the resource; with a default they need nothing. */
const confdKeyFunctions: ReadonlySet<string> = new Set(['getv', 'get']);

interface NamedDependency {
  readonly dependency: Dependency;
  readonly isOptional: boolean;
}

function dependencyOf(call: LiteralCall, { dialect, dataFrom }: Resource): NamedDependency | undefined {
  const named = namedBy(call, dialect);
  return named && { ...named, dependency: inSource(named.dependency, dataFrom) };
}

function namedBy({ name, text, count }: LiteralCall, dialect: Resource['dialect']): NamedDependency | undefined {
  if (dialect === 'confd') return undefined;
  try {
    if (Object.hasOwn(keyFunctions, name)) {
      const { key, datacenter } = parseKeyQuery(text, name);
      return { dependency: { kind: 'key', key: keyFromText(key), datacenter }, isOptional: keyFunctions[name]?.isOptional ?? false };
    }
    // In a template with the functions of both, `ls` is confd's.
    if (prefixFunctions.has(name) && (name !== 'ls' || dialect === 'consul-template')) {
      const { prefix, datacenter } = parsePrefixQuery(text, name);
      return { dependency: { kind: 'keyPrefix', prefix: keyFromText(prefix), datacenter }, isOptional: true };
    }
    if (name !== 'service' && name !== 'connect') return undefined;
    const query = parseServiceQuery(text, name);
    const { datacenter, near, tag, filters } = query;
    const passing = filters.length === 1 && filters[0] === 'passing' && (count === 1 || name === 'connect');
    return {
      dependency: { kind: 'service', service: query.name, tag, datacenter, near, passing, connect: name === 'connect' },
      isOptional: false,
    };
  } catch {
    // Not in the language of the function: rendering says so.
    return undefined;
  }
}

/** Keys that confd's functions name: looked for among what was fetched. */
function keyNeeds(resource: Resource, calls: readonly LiteralCall[], asked: ReadonlyMap<string, Asked> | undefined): readonly Need[] {
  const lines = new Map<string, { readonly lines: number[]; isOptional: boolean }>();
  for (const { name, text, line, count } of calls) {
    if (!confdKeyFunctions.has(name) || resource.dialect === 'consul-template') continue;
    const known = lines.get(text) ?? { lines: [], isOptional: true };
    known.lines.push(line);
    known.isOptional = known.isOptional && count > 1;
    lines.set(text, known);
  }
  const tree = fetchedKeys(resource, asked);
  return [...lines].map(([key, { lines: at, isOptional }]) => {
    const state =
      tree === undefined
        ? isOptional
          ? 'optional'
          : 'unknown'
        : tree.get(fromText(key)) !== undefined
          ? 'there'
          : isOptional
            ? 'optional'
            : 'missing';
    const from = resource.dataFrom === undefined ? '' : ` of ${resource.dataFrom.source}`;
    return { what: `key ${JSON.stringify(fullKey(resource.cutPrefix, key))}${from}`, lines: unique(at), state, detail: '' };
  });
}

/** As the store has it: the template does not see the prefix. */
function fullKey(cutPrefix: KvKey | string, key: string): string {
  return `${cutPrefix === '/' ? '' : cutPrefix}${key.startsWith('/') ? key : `/${key}`}`.replace(/^\/+/, '');
}

function fetchedKeys(resource: Resource, asked: ReadonlyMap<string, Asked> | undefined): KeyTree | undefined {
  const answers: DependencyValue<'keyPrefix'>[] = [];
  for (const dependency of dependenciesOf({ ...resource, forEach: undefined })) {
    const answer = asked?.get(dependencyId(dependency))?.value;
    if (answer === undefined) return undefined;
    answers.push(answer as DependencyValue<'keyPrefix'>);
  }
  return asked === undefined ? undefined : keyTree(resource, answers);
}
