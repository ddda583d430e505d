/** Template values to JSON, byte for byte as Go's encoding/json writes them: sorted keys, HTML characters escaped. Byte strings. */
import { decodeRune, encodeRune, replacementRune, runeOf, widthOf } from '../go-template/byte-string.js';
import { hex } from '../go-template/quote.js';
import { GoComplex, GoInteger, GoList, GoMap, GoSlot, GoStruct, type GoValue, typeName } from '../go-template/value.js';

export interface JsonForm {
  /** Put before each level; undefined writes one line. */
  readonly indent?: string;
  /** `<`, `>` and `&` as they are. */
  readonly unescapedHtml?: boolean;
}

/** @throws Error for what JSON cannot hold */
export function encodeJson(value: GoValue, form: JsonForm = {}): string {
  return encode(value, form, '\n');
}

function encode(value: GoValue, form: JsonForm, newline: string): string {
  switch (typeof value) {
    case 'undefined':
      return 'null';
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return encodeFloat(value);
    case 'string':
      return encodeString(value, form);
    default:
      if (value instanceof GoInteger) return String(value.value);
      if (value instanceof GoSlot) return encode(value.value, form, newline);
      if (value instanceof GoList)
        return enclose(
          '[',
          value.items.map((item) => encode(item, form, deeper(newline, form))),
          ']',
          form,
          newline,
        );
      if (value instanceof GoMap)
        return encodeFields(
          value.keys().map((key) => [key, value.entries.get(key)] as const),
          form,
          newline,
        );
      if (value instanceof GoStruct)
        return encodeFields(
          [...value.struct.fields.keys()].map((name) => [name, value.field(name)] as const),
          form,
          newline,
        );
      if (value === null) return 'null';
      throw new Error(`json: unsupported type: ${value instanceof GoComplex ? 'complex128' : typeName(value)}`);
  }
}

function encodeFields(fields: readonly (readonly [string, GoValue])[], form: JsonForm, newline: string): string {
  const colon = form.indent === undefined ? ':' : ': ';
  const inner = deeper(newline, form);
  const members = fields.map(([name, value]) => encodeString(name, form) + colon + encode(value, form, inner));
  return enclose('{', members, '}', form, newline);
}

function enclose(open: string, members: readonly string[], close: string, form: JsonForm, newline: string): string {
  if (members.length === 0) return open + close;
  if (form.indent === undefined) return open + members.join(',') + close;
  const inner = deeper(newline, form);
  return open + inner + members.join(`,${inner}`) + newline + close;
}

function deeper(newline: string, form: JsonForm): string {
  return newline + (form.indent ?? '');
}

/** As JavaScript writes numbers, which is also where Go switches to exponents: at 1e21 and below 1e-6. */
function encodeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

const plainString = /^[ !#-%'-;=?-[\]-~]*$/;
const shortEscapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function encodeString(bytes: string, form: JsonForm): string {
  if (plainString.test(bytes)) return `"${bytes}"`;
  let result = '"';
  for (let position = 0; position < bytes.length; ) {
    const packed = decodeRune(bytes, position);
    const width = widthOf(packed);
    result += encodeRuneOf(runeOf(packed), bytes.slice(position, position + width), form);
    position += width;
  }
  return `${result}"`;
}

function encodeRuneOf(rune: number, bytes: string, form: JsonForm): string {
  const short = shortEscapes[bytes];
  if (short !== undefined) return short;
  const isHtml = rune === 0x3c || rune === 0x3e || rune === 0x26;
  const isEscaped = rune < 0x20 || rune === 0x2028 || rune === 0x2029 || (isHtml && !form.unescapedHtml);
  if (isEscaped) return `\\u${hex(rune, 4)}`;
  return rune === replacementRune && bytes.length === 1 ? '\\ufffd' : encodeRune(rune);
}
