/** One value through one directive, as Go's fmt does it. What a verb cannot show becomes text such as `%!d(string=x)`, never an error. */
import { GoComplex, GoInteger, GoList, GoMap, GoSlot, GoStruct, type GoValue, isUnsigned, typeName } from '../value.js';
import type { FloatVerb } from './float.js';
import {
  type Layout,
  layCharacter,
  layFloat,
  layHexString,
  layInteger,
  layQuoted,
  layQuotedCharacter,
  layString,
  layUnicode,
  pad,
} from './layout.js';

/** `verb` is one character, as a byte string. */
export function formatValue(value: GoValue, verb: string, layout: Layout): string {
  if (value === undefined || value === null) return verb === 'T' || verb === 'v' ? pad(layout, '<nil>') : `%!${verb}(<nil>)`;
  if (verb === 'T') return layString(layout, typeName(value));
  return formatInner(value, verb, layout, 0);
}

function formatInner(value: GoValue, verb: string, layout: Layout, depth: number): string {
  switch (typeof value) {
    case 'string':
      return formatString(value, verb, layout) ?? badVerb(value, verb, layout);
    case 'number':
      return formatNumber(value, verb, layout) ?? badVerb(value, verb, layout);
    case 'bigint':
      return formatInteger(value, verb, layout) ?? badVerb(value, verb, layout);
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(layout, String(value)) : badVerb(value, verb, layout);
    case 'undefined':
      return nilElement(layout);
    default:
      return value === null ? nilElement(layout) : formatObject(value, verb, layout, depth);
  }
}

function formatObject(
  value: Exclude<GoValue, undefined | null | boolean | bigint | number | string>,
  verb: string,
  layout: Layout,
  depth: number,
): string {
  if (value instanceof GoInteger) {
    if (value.text !== undefined && !layout.sharpV)
      return formatString(value.text, verb, layout) ?? formatInteger(value.value, verb, layout) ?? '';
    if (verb === 'v' && layout.sharpV && isUnsigned(value.type)) return layInteger({ ...layout, sharp: true }, value.value, { base: 16 });
    return formatInteger(value.value, verb, layout) ?? badVerb(value, verb, layout);
  }
  if (value instanceof GoList) return formatList(value, verb, layout, depth);
  if (value instanceof GoMap) return formatMap(value, verb, layout, depth);
  if (value instanceof GoStruct) return formatStruct(value, verb, layout, depth);
  if (value instanceof GoComplex) return formatComplex(value, verb, layout) ?? badVerb(value, verb, layout);
  if (value instanceof GoSlot) return formatInner(value.value, verb, layout, depth);
  return badVerb(value.name, verb, layout);
}

function nilElement(layout: Layout): string {
  return layout.sharpV ? 'interface {}(nil)' : '<nil>';
}

/** The value follows in the form of `%v`, under the same flags: `%!f(string=1.)` is `%.2f` of "1.5". */
function badVerb(value: GoValue, verb: string, layout: Layout): string {
  return `%!${verb}(${typeName(value)}=${formatInner(value, 'v', layout, 0)})`;
}

function formatString(value: string, verb: string, layout: Layout): string | undefined {
  switch (verb) {
    case 'v':
      return layout.sharpV ? layQuoted(layout, value) : layString(layout, value);
    case 's':
      return layString(layout, value);
    case 'q':
      return layQuoted(layout, value);
    case 'x':
    case 'X':
      return layHexString(layout, value, verb === 'X');
    default:
      return undefined;
  }
}

const floatVerbs: ReadonlyMap<string, readonly [verb: FloatVerb, precision: number]> = new Map<string, readonly [FloatVerb, number]>([
  ['v', ['g', -1]],
  ['g', ['g', -1]],
  ['G', ['G', -1]],
  ['b', ['b', -1]],
  ['x', ['x', -1]],
  ['X', ['X', -1]],
  ['f', ['f', 6]],
  ['F', ['f', 6]],
  ['e', ['e', 6]],
  ['E', ['E', 6]],
]);

function formatNumber(value: number, verb: string, layout: Layout): string | undefined {
  const form = floatVerbs.get(verb);
  return form && layFloat(layout, value, form[0], form[1]);
}

function formatComplex(value: GoComplex, verb: string, layout: Layout): string | undefined {
  const real = formatNumber(value.real, verb, layout);
  // The imaginary part always has its sign.
  const imaginary = formatNumber(value.imaginary, verb, { ...layout, plus: true });
  return real === undefined || imaginary === undefined ? undefined : `(${real}${imaginary}i)`;
}

function formatInteger(value: bigint, verb: string, layout: Layout): string | undefined {
  switch (verb) {
    case 'v':
    case 'd':
      return layInteger(layout, value, { base: 10 });
    case 'b':
      return layInteger(layout, value, { base: 2 });
    case 'o':
    case 'O':
      return layInteger(layout, value, { base: 8, octalPrefix: verb === 'O' });
    case 'x':
    case 'X':
      return layInteger(layout, value, { base: 16, upper: verb === 'X' });
    case 'c':
      return layCharacter(layout, value);
    case 'q':
      return layQuotedCharacter(layout, value);
    case 'U':
      return layUnicode(layout, value);
    default:
      return undefined;
  }
}

/** Deeper values are cut: Go would go on until its stack ends. */
const depthMax = 1000;

function formatList(list: GoList, verb: string, layout: Layout, depth: number): string {
  if (depth > depthMax) return '...';
  const items = list.items.map((item) => formatInner(item, verb, layout, depth + 1));
  return layout.sharpV ? `${list.type}{${items.join(', ')}}` : `[${items.join(' ')}]`;
}

function formatMap(map: GoMap, verb: string, layout: Layout, depth: number): string {
  if (depth > depthMax) return '...';
  const pairs = map
    .keys()
    .map((key) => `${formatInner(key, verb, layout, depth + 1)}:${formatInner(map.entries.get(key), verb, layout, depth + 1)}`);
  return layout.sharpV ? `${map.type}{${pairs.join(', ')}}` : `map[${pairs.join(' ')}]`;
}

function formatStruct(value: GoStruct, verb: string, layout: Layout, depth: number): string {
  if (value.isNil)
    return layout.sharpV ? `(${value.type})(nil)` : verb === 'v' || verb === 's' ? '<nil>' : `%!${verb}(${value.type}=<nil>)`;
  const text = value.struct.print?.(value);
  if (text !== undefined && !layout.sharpV) return formatString(text, verb, layout) ?? badVerb(text, verb, layout);
  if (depth > depthMax) return '...';
  // Pointers inside other values print as addresses in Go, which say nothing: the contents are more use.
  const star = value.struct.pointer ? '&' : '';
  const names = layout.plusV || layout.sharpV;
  const fields = [...value.struct.fields.keys()].map((name) => {
    const shown = formatInner(value.field(name), verb, layout, depth + 1);
    return names ? `${name}:${shown}` : shown;
  });
  return layout.sharpV ? `${star}${value.struct.name}{${fields.join(', ')}}` : `${star}{${fields.join(' ')}}`;
}
