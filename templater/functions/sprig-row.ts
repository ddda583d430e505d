/** Rows of the functions that consul-template takes from the Sprig library: all have the prefix `sprig_`. */
import type { GoValue } from '../go-template/value.js';
import { type Definition, type FunctionRow, type KnownType, row } from './function-row.js';

type SprigDefinition<P extends readonly KnownType[], R extends KnownType | undefined> = Omit<
  Definition<P, R>,
  'name' | 'dialects' | 'stopsAt'
>;

/** `usage` without the prefix; its first word is the name. */
export function sprig<const P extends readonly KnownType[], R extends KnownType | undefined = undefined>(
  definition: SprigDefinition<P, R>,
): FunctionRow {
  const [name = ''] = definition.usage.split(' ');
  return row<P, R>({ ...definition, name: `sprig_${name}`, dialects: ['consul-template'], usage: `sprig_${definition.usage}` });
}

/** The function under its other names: Sprig has many that differ only in how a mistake ends, which here is always an error. */
export function withAliases(original: FunctionRow, ...names: readonly string[]): FunctionRow[] {
  const parameters = original.usage.slice(original.name.length);
  const aliases = names.map((name) => ({
    ...original,
    name: `sprig_${name}`,
    usage: `sprig_${name}${parameters}`,
    summary: `the same as ${original.name}`,
  }));
  return [original, ...aliases];
}

/** Text of a list's elements, of which any kind is taken. */
export const untyped = 'interface {}' as const;
export const anyMap = 'map[string]interface {}' as const;

/** A function that mesh does not have, and says so when it is called. */
export function refusing(usage: string, reason: string): FunctionRow {
  return sprig({
    usage,
    summary: `refuses: ${reason}`,
    parameters: [],
    rest: untyped,
    call: (): GoValue => {
      throw new Error(reason);
    },
  });
}
