/**
 * Named arguments of functions that look something up, which say for this one place what it means that there is nothing:
 *
 *   {{key "app/port" default="80"}}      the default
 *   {{key "app/port" required=true}}     an error, instead of waiting
 *   {{key "app/port" required=false}}    nothing, instead of waiting
 */
import type { CallContext } from '../call-context.js';
import type { Dependency, DependencyKind, DependencyValue } from '../data-source.js';
import { type GoFunction, GoList, type GoValue } from '../go-template/value.js';
import { toGoValue } from './conversion.js';

export type NamedArguments = Readonly<Record<string, unknown>>;

/** What stands for nothing, by the function that gives it. */
const emptyText: ReadonlySet<string> = new Set(['env', 'mustEnv', 'getenv']);
const failing: ReadonlySet<string> = new Set(['get', 'getv', 'mustEnv']);
const waiting: ReadonlySet<string> = new Set(['key', 'safeLs', 'safeTree']);
const lists: ReadonlySet<string> = new Set([
  ...['gets', 'getvs', 'ls', 'lsdir', 'tree', 'safeLs', 'safeTree', 'service', 'connect', 'services', 'nodes'],
]);

/** Calls the function with its arguments. @throws Error for arguments it does not have, and what is required and not there */
export function callWithNamed(callee: GoFunction, values: readonly GoValue[], context: CallContext, named: NamedArguments): GoValue {
  const { name } = callee;
  const { default: fallback, required } = checked(name, named);
  const watched = new WatchedContext(context);
  const value = valueOrNothing(callee, values, watched);
  // What has not been fetched yet may still come.
  if (watched.isPending) return value;
  const isNothing =
    value === undefined ||
    watched.isAbsent ||
    (emptyText.has(name) && value === '') ||
    (value instanceof GoList && value.items.length === 0);
  if (!isNothing) return value;
  if (fallback !== undefined) return toGoValue(fallback);
  if (required === true) throw new Error(`${String(values[0] ?? name)} is required, and there is nothing`);
  return value ?? '';
}

function checked(name: string, named: NamedArguments): { readonly default: unknown; readonly required: boolean | undefined } {
  const isLookup = emptyText.has(name) || failing.has(name) || waiting.has(name) || lists.has(name);
  const unknown = Object.keys(named).find((word) => !isLookup || (word !== 'default' && word !== 'required'));
  if (unknown !== undefined)
    throw new Error(isLookup ? `takes no argument named "${unknown}"; there are default and required` : 'takes no named arguments');
  const { default: fallback, required } = named;
  if (required !== undefined && typeof required !== 'boolean') throw new Error('required must be true or false');
  return { default: fallback, required };
}

function valueOrNothing(callee: GoFunction, values: readonly GoValue[], context: CallContext): GoValue {
  try {
    return callee.call(values, context);
  } catch (error) {
    if (failing.has(callee.name) && error instanceof Error && !(error instanceof TypeError)) return undefined;
    throw error;
  }
}

/** Sees whether what was looked up is there, on its way, or does not exist; the last is not waited for. */
class WatchedContext implements CallContext {
  readonly #context: CallContext;
  isPending = false;
  isAbsent = false;

  constructor(context: CallContext) {
    this.#context = context;
  }

  get source() {
    return this.#context.source;
  }

  get sandbox() {
    return this.#context.sandbox;
  }

  get scratch() {
    return this.#context.scratch;
  }

  lookup<K extends DependencyKind>(dependency: Dependency<K>): DependencyValue<K> | undefined {
    const value = this.#context.lookup(dependency);
    if (value === undefined) this.isPending = true;
    return value;
  }

  waitFor(): void {
    this.isAbsent = true;
  }

  execute(template: string, data: GoValue): string {
    return this.#context.execute(template, data);
  }

  include(file: string, data: GoValue): string {
    return this.#context.include(file, data);
  }

  writeFile(write: Parameters<CallContext['writeFile']>[0]): void {
    this.#context.writeFile(write);
  }
}
