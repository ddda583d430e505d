/**
 * What one row of the function table looks like. The types of the parameters are written once, as Go's type names: they check what a
 * template passes (with Go's error texts), and they type the implementation.
 */
import type { CallContext } from '../call-context.js';
import type { GoFunction, GoInteger, GoList, GoMap, GoValue, ParameterType } from '../go-template/value.js';

export type Dialect = 'go' | 'confd' | 'consul-template';

/** What an implementation receives for a parameter of the type. */
export interface ParameterValues {
  string: string;
  bool: boolean;
  int: bigint;
  int64: GoInteger;
  float64: number;
  'interface {}': GoValue;
  value: GoValue;
  slot: GoValue;
  '[]string': GoList;
  '[]interface {}': GoList;
  'map[string]interface {}': GoMap;
}
export type KnownType = keyof ParameterValues | `[]${string}.${string}` | `[]*${string}.${string}`;
type ValueOf<T extends KnownType> = T extends keyof ParameterValues ? ParameterValues[T] : GoList;
type ValuesOf<P extends readonly KnownType[]> = { -readonly [I in keyof P]: ValueOf<P[I]> };

export interface FunctionRow {
  readonly name: string;
  readonly dialects: readonly Dialect[];
  /** How it is called, in words of the documentation: `getv KEY [DEFAULT…]`. */
  readonly usage: string;
  /** One line for the documentation. */
  readonly summary: string;
  readonly parameters: readonly ParameterType[];
  readonly rest?: ParameterType | undefined;
  readonly stopsAt?: boolean | undefined;
  readonly call: (values: readonly GoValue[], context: CallContext) => GoValue;
}

export interface Definition<P extends readonly KnownType[], R extends KnownType | undefined> {
  readonly name: string;
  readonly dialects: readonly Dialect[];
  readonly usage: string;
  readonly summary: string;
  readonly parameters: P;
  /** The type of any further arguments, which come as one list. */
  readonly rest?: R;
  readonly stopsAt?: boolean;
  readonly call: (context: CallContext, values: ValuesOf<P>, rest: R extends KnownType ? ValueOf<R>[] : []) => GoValue;
}

/** A row. The engine has checked the values against the types by the time `call` runs: the casts below rest on that. */
export function row<const P extends readonly KnownType[], R extends KnownType | undefined = undefined>(
  definition: Definition<P, R>,
): FunctionRow {
  const { call, rest, ...described } = definition;
  const fixed = definition.parameters.length;
  type Rest = R extends KnownType ? ValueOf<R>[] : [];
  return {
    ...described,
    rest,
    call: (values, context) => {
      if (values.length === fixed) return call(context, values as ValuesOf<P>, [] as Rest);
      // The fixed ones are taken from the front; that more follow does not show.
      return call(context, values as ValuesOf<P>, values.slice(fixed) as Rest);
    },
  };
}

export function asFunction({ name, parameters, rest, stopsAt, call }: FunctionRow): GoFunction {
  return { kind: 'function', name, parameters, rest, stopsAt, call };
}
