/**
 * The fields that a list can be filtered by, as data: what kind each one is and how it is read from an element of the list. Names are
 * those of the endpoint's JSON, whatever the records behind it look like.
 */
export type Field<T> =
  | { readonly kind: 'text'; readonly read: (element: T) => string }
  | { readonly kind: 'integer'; readonly read: (element: T) => number }
  | { readonly kind: 'boolean'; readonly read: (element: T) => boolean }
  | { readonly kind: 'list'; readonly read: (element: T) => readonly string[] }
  | { readonly kind: 'map'; readonly read: (element: T) => Readonly<Record<string, string>> | null }
  | { readonly kind: 'struct'; readonly fields: Fields<T> }
  /** A condition on a list of structures holds when any of them satisfies it. */
  | { readonly kind: 'structs'; readonly bind: Bound<T> }
  | { readonly kind: 'struct map'; readonly bindKey: (key: string) => Bound<T>; readonly size: (element: T) => number };

export type Fields<T> = Readonly<Record<string, Field<T>>>;

/** Fields of an inner element together with how to reach it; the inner type stays hidden behind `compile`. */
export interface Bound<T> {
  readonly size: (element: T) => number;
  /** Builds a test of the outer element out of a test of the inner one that `compile` makes. */
  readonly within: (compile: <I>(fields: Fields<I>) => (inner: I) => boolean) => (element: T) => boolean;
}

export const text = <T>(read: (element: T) => string): Field<T> => ({ kind: 'text', read });
export const integer = <T>(read: (element: T) => number): Field<T> => ({ kind: 'integer', read });
export const boolean = <T>(read: (element: T) => boolean): Field<T> => ({ kind: 'boolean', read });
export const list = <T>(read: (element: T) => readonly string[]): Field<T> => ({ kind: 'list', read });
export const map = <T>(read: (element: T) => Readonly<Record<string, string>> | null): Field<T> => ({ kind: 'map', read });
export const struct = <T>(fields: Fields<T>): Field<T> => ({ kind: 'struct', fields });

export function structs<T, I>(read: (element: T) => readonly I[], fields: Fields<I>): Field<T> {
  const bind: Bound<T> = {
    size: (element) => read(element).length,
    within: (compile) => {
      const test = compile(fields);
      return (element) => read(element).some(test);
    },
  };
  return { kind: 'structs', bind };
}

export function structMap<T, I>(read: (element: T) => Readonly<Record<string, I>> | null, fields: Fields<I>): Field<T> {
  const at = (element: T, key: string): I | undefined => {
    const entries = read(element);
    return entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
  };
  return {
    kind: 'struct map',
    size: (element) => Object.keys(read(element) ?? {}).length,
    bindKey: (key) => ({
      size: (element) => (at(element, key) === undefined ? 0 : 1),
      within: (compile) => {
        const test = compile(fields);
        return (element) => {
          const inner = at(element, key);
          return inner !== undefined && test(inner);
        };
      },
    }),
  };
}

/** The same fields one level down: `inside(serviceFields, (entry) => entry.Service)`. */
export function inside<T, I>(fields: Fields<I>, reach: (element: T) => I): Field<T> {
  return struct(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, moved(field, reach)])));
}

/** A field of an inner element, read from the outer one. */
export function moved<T, I>(field: Field<I>, reach: (element: T) => I): Field<T> {
  switch (field.kind) {
    case 'text':
      return text((element) => field.read(reach(element)));
    case 'integer':
      return integer((element) => field.read(reach(element)));
    case 'boolean':
      return boolean((element) => field.read(reach(element)));
    case 'list':
      return list((element) => field.read(reach(element)));
    case 'map':
      return map((element) => field.read(reach(element)));
    case 'struct':
      return inside(field.fields, reach);
    case 'structs':
      return { kind: 'structs', bind: movedBound(field.bind, reach) };
    case 'struct map':
      return { kind: 'struct map', size: (element) => field.size(reach(element)), bindKey: (key) => movedBound(field.bindKey(key), reach) };
  }
}

function movedBound<T, I>(bound: Bound<I>, reach: (element: T) => I): Bound<T> {
  return {
    size: (element) => bound.size(reach(element)),
    within: (compile) => {
      const test = bound.within(compile);
      return (element) => test(reach(element));
    },
  };
}
