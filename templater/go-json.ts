/** JSON text to template values, as Go's encoding/json decodes it into interface{}, and its error texts. */
import { findJsonError } from '../src/lib/json-syntax.js';
import { fromText, toText } from './go-template/byte-string.js';
import { GoList, GoMap, type GoValue } from './go-template/value.js';

/** What a JSON number becomes: float64 as Go does by itself, or int where it is whole. */
export type NumberMode = 'float' | 'int';

export function valueFromJson(json: unknown, numbers: NumberMode = 'float'): GoValue {
  switch (typeof json) {
    case 'string':
      return fromText(json);
    case 'number':
      return numbers === 'int' && Number.isInteger(json) ? BigInt.asIntN(64, BigInt(json)) : json;
    case 'boolean':
      return json;
    case 'object':
      if (json === null) return null;
      if (Array.isArray(json)) return new GoList(json.map((item: unknown) => valueFromJson(item, numbers)));
      return mapFromJson(json, numbers);
    default:
      return undefined;
  }
}

function mapFromJson(json: object, numbers: NumberMode): GoMap {
  const entries = new Map<string, GoValue>();
  for (const [key, value] of Object.entries(json)) entries.set(fromText(key), valueFromJson(value, numbers));
  return new GoMap(entries);
}

/** A JSON document held in a byte string. @throws Error with Go's text */
export function parseGoJson(bytes: string): GoValue {
  const text = toText(bytes);
  try {
    return valueFromJson(JSON.parse(text));
  } catch (error) {
    throw new Error(fromText(findJsonError(text)?.text ?? String(error)), { cause: error });
  }
}
