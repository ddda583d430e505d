/**
 * Configuration files as plain data. JSON is read strictly; the last of two equal keys counts. What is wrong is said in the words of
 * Go's decoder, which users of Consul know, followed by the place, which that decoder does not tell.
 */
import { findJsonError } from './json-syntax.js';

export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
  /** Counted from 1; null where the mistake has no place. */
  readonly place: { readonly line: number; readonly column: number } | null;

  constructor(text: string, place: { readonly line: number; readonly column: number } | null, options?: ErrorOptions) {
    super(place ? `${text} (line ${place.line}, column ${place.column})` : text, options);
    this.place = place;
  }
}

/**
 * The map at the top of a JSON text; `null` at the top is an empty one.
 * @throws ConfigFileError `invalid character '}' looking for beginning of object key string (line 3, column 1)`
 */
export function parseJsonText(text: string): Readonly<Record<string, unknown>> {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  const problem = findJsonError(source);
  if (problem) throw new ConfigFileError(problem.text, placeOf(source, problem.offset));
  const value: unknown = JSON.parse(source);
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new ConfigFileError(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`, null);
}

function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
