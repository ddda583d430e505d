/** A settings table that several files may hold parts of: each key in one of them. */
import type { NativeDocument } from './document.js';
import { decodeTable, isTable, type KeyRows, unknownKeys, type Values } from './table-values.js';

/** @throws ResourceError for unknown keys, wrong types, and a key that two files set */
export function mergedTable<R extends KeyRows>(documents: readonly NativeDocument[], name: string, rows: R): Values<R> {
  const setBy = new Map<string, string>();
  return Object.assign({}, ...documents.map((document) => tableIn(document, { name, rows, setBy })));
}

interface Wanted<R extends KeyRows> {
  readonly name: string;
  readonly rows: R;
  /** Key -> file. */
  readonly setBy: Map<string, string>;
}

function tableIn<R extends KeyRows>({ file, settings, failAt }: NativeDocument, { name, rows, setBy }: Wanted<R>): Values<R> | undefined {
  const table = settings[name];
  if (table === undefined) return undefined;
  const failHere = failAt([name]);
  if (!isTable(table)) return failHere('', `"${name}" must be a table: [${name}]`);
  const [unknown] = unknownKeys(table, Object.keys(rows));
  if (unknown !== undefined) return failHere(unknown.key, unknown.text);
  for (const key of Object.keys(table)) {
    const other = setBy.get(key);
    if (other !== undefined) failHere(key, `"${name}.${key}" is set in ${other} already`);
    setBy.set(key, file);
  }
  return decodeTable(table, rows, failHere);
}
