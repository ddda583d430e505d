/**
 * The one table of template functions. Go syntax calls them as functions, Handlebars as helpers; documentation is tested against it.
 * Names are known at once, the functions themselves are loaded when a template names them: see groups.ts.
 */
import type { GoFunction } from '../go-template/value.js';
import { asFunction, type Dialect, type FunctionRow } from './function-row.js';
import { type FunctionGroup, functionGroups } from './groups.js';

type AnyDialect = Dialect | 'both';

/** Where a name is found: the group, and the dialect whose meaning counts. */
interface Entry {
  readonly group: FunctionGroup;
  readonly dialect: Dialect;
}

const indexes = new Map<AnyDialect, ReadonlyMap<string, Entry>>();

/**
 * In `both`, where confd and consul-template give one name two meanings (`ls`, `join`, `split`, `contains`, …), confd's wins: native
 * resources grew out of confd's, and their `keys` are what `ls` and `getv` read.
 */
function indexOf(dialect: AnyDialect): ReadonlyMap<string, Entry> {
  const known = indexes.get(dialect);
  if (known) return known;
  const index = new Map<string, Entry>();
  const order: readonly Dialect[] = dialect === 'both' ? ['consul-template', 'confd'] : [dialect];
  for (const one of order) {
    for (const group of functionGroups) for (const name of namesOf(group, one)) index.set(name, { group, dialect: one });
  }
  indexes.set(dialect, index);
  return index;
}

function namesOf(group: FunctionGroup, dialect: Dialect): readonly string[] {
  return group.names[dialect]?.split(' ') ?? [];
}

/** Whether a template may call it. */
export function isFunctionName(dialect: AnyDialect, name: string): boolean {
  return indexOf(dialect).has(name);
}

export function functionNames(dialect: AnyDialect): readonly string[] {
  return [...indexOf(dialect).keys()];
}

/** The functions of these names; names that are none are left out. */
export async function loadFunctions(dialect: AnyDialect, names: Iterable<string>): Promise<ReadonlyMap<string, GoFunction>> {
  const index = indexOf(dialect);
  const functions = new Map<string, GoFunction>();
  for (const name of names) {
    const entry = index.get(name);
    if (entry) functions.set(name, asFunction(await rowOf(name, entry)));
  }
  return functions;
}

/** The functions, of which the denied ones fail when they are called. */
export function withoutDenied(functions: ReadonlyMap<string, GoFunction>, denied: readonly string[] = []): ReadonlyMap<string, GoFunction> {
  if (denied.length === 0) return functions;
  const refuse = (): never => {
    throw new Error('function is disabled');
  };
  const taken = denied.filter((name) => functions.has(name));
  return new Map([
    ...functions,
    ...taken.map((name) => [name, { kind: 'function', name, parameters: [], rest: 'value', call: refuse }] as const),
  ]);
}

async function rowOf(name: string, { group, dialect }: Entry): Promise<FunctionRow> {
  const row = (await group.load()).find((row) => row.name === name && row.dialects.includes(dialect));
  if (!row) throw new TypeError(`the function "${name}" is in the index only`);
  return row;
}

/** All rows, for documentation and tests. */
export async function loadFunctionTable(): Promise<readonly FunctionRow[]> {
  return (await Promise.all(functionGroups.map((group) => group.load()))).flat();
}
