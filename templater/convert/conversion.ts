/** What a conversion gives: tables of our own file, and what could not be kept. */
import { tomlKey, tomlText, tomlValue } from '../native/toml-text.js';

export type TomlScalar = string | number | boolean | readonly string[];

export interface ConvertedTable {
  /** "[agent]", "[[template]]"; '' for the keys before the first table. */
  readonly header: string;
  /** In order; undefined values are left out. */
  readonly entries: readonly (readonly [key: string, value: TomlScalar | undefined])[];
  /** What of this table could not be kept. */
  readonly lost: readonly string[];
}

export interface Conversion {
  readonly tables: readonly ConvertedTable[];
  /** What could not be kept of the whole. */
  readonly lost: readonly string[];
}

/** What is to be converted cannot be read. */
export class ConvertError extends Error {
  override readonly name = 'ConvertError';
}

export function allLost({ tables, lost }: Conversion): readonly string[] {
  return [...lost, ...tables.flatMap((table) => table.lost.map((text) => `${shownTable(table)}: ${text}`))];
}

/** A template by the file it writes. */
function shownTable({ header, entries }: ConvertedTable): string {
  const destination = entries.find(([key]) => key === 'dest')?.[1];
  return destination === undefined ? header : `${header} for ${String(destination)}`;
}

/** The file; what was lost stands in it as comments. */
export function conversionText(conversion: Conversion, origin: string): string {
  const tables = conversion.tables.filter(({ entries, lost }) => entries.some(([, value]) => value !== undefined) || lost.length > 0);
  const head = [`# Made from ${origin} by mesh-template convert.`, ...conversion.lost.map(lostComment)];
  return `${[head.join('\n'), ...tables.map(tableText)].join('\n\n')}\n`;
}

function tableText({ header, entries, lost }: ConvertedTable): string {
  const lines = entries.flatMap(([key, value]) => (value === undefined ? [] : [`${tomlKey(key)} = ${valueText(value)}`]));
  return [...lost.map(lostComment), ...(header === '' ? [] : [header]), ...lines].join('\n');
}

const lostComment = (text: string) => `# Not kept: ${text.replaceAll('\n', ' ')}`;
const valueText = (value: TomlScalar) => (typeof value === 'string' ? tomlText(value) : tomlValue(value));
