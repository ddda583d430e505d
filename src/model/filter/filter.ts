/**
 * `?filter=`: the language of conditions on lists. A text is parsed and held against the fields of its list once, and the test that
 * comes out is kept, so that a filter in a blocking query costs nothing to understand again.
 *
 * @see the filtering page of the HTTP API; docs/api/filtering.md
 */
import { compileExpression } from './compile.js';
import type { Fields } from './fields.js';
import { parseFilter } from './parser.js';

/** Texts kept for each kind of list: clients repeat a few; a stream of ever new ones must not fill memory. */
const keptMax = 256;
const kept = new WeakMap<object, Map<string, (element: never) => boolean>>();

/**
 * @param text '' keeps everything
 * @param fields one of shapes.ts
 * @throws MeshError `refused` with the API's text, `bad-request` when the text is too long or too deep
 */
export function compileFilter<T>(text: string, fields: Fields<T>): (element: T) => boolean {
  if (text === '') return () => true;
  const tests: Map<string, (element: T) => boolean> = kept.get(fields) ?? new Map();
  kept.set(fields, tests);
  const known = tests.get(text);
  if (known) return known;
  const test = compileExpression(parseFilter(text), fields);
  const [oldest] = tests.keys();
  if (oldest !== undefined && tests.size >= keptMax) tests.delete(oldest);
  tests.set(text, test);
  return test;
}
