/** JSON text to template values, as Go's encoding/json decodes it into interface{}, and its error texts. */
import { findJsonError } from '../src/lib/json-syntax.js';
import { fromText, toText } from './go-template/byte-string.js';
import { type EntrySource, GoList, GoMap, type GoValue, madeWhole } from './go-template/value.js';

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
  return new GoMap(new JsonEntries(json, numbers));
}

/** The members of a decoded object, made template values one by one. */
class JsonEntries implements EntrySource {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #numbers: NumberMode;

  constructor(json: object, numbers: NumberMode) {
    this.#json = json as Readonly<Record<string, unknown>>;
    this.#numbers = numbers;
  }

  get(key: string): GoValue | typeof madeWhole {
    const name = toText(key);
    if (!Object.hasOwn(this.#json, name)) return undefined;
    const value = this.#json[name];
    return typeof value === 'object' && value !== null ? madeWhole : valueFromJson(value, this.#numbers);
  }

  all(): ReadonlyMap<string, GoValue> {
    const entries = new Map<string, GoValue>();
    for (const key of Object.keys(this.#json)) entries.set(fromText(key), valueFromJson(this.#json[key], this.#numbers));
    return entries;
  }
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
