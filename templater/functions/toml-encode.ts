/** Template maps to TOML, laid out as the Go library that consul-template uses does it: plain values first, then tables, indented. Byte strings. */
import { printValue } from '../go-template/format/printf.js';
import { GoList, GoMap, type GoValue, typeName } from '../go-template/value.js';
import { encodeJson } from './json-encode.js';

/** Without the newline at the end. @throws Error for what TOML cannot hold */
export function encodeToml(map: GoMap): string {
  return table(map, []).replace(/^\n/, '').replace(/\n$/, '');
}

function table(map: GoMap, path: readonly string[]): string {
  const margin = '  '.repeat(path.length);
  const entries = map.keys().map((key) => [key, map.entries.get(key)] as const);
  const plain = entries.filter(([, value]) => !isTable(value) && value !== null && value !== undefined);
  const tables = entries.filter(([, value]) => isTable(value));
  const lines = plain.map(([key, value]) => `${margin}${keyText(key)} = ${scalar(value)}\n`).join('');
  return lines + tables.map(([key, value]) => subtables([...path, key], value)).join('');
}

function subtables(path: readonly string[], value: GoValue): string {
  const margin = '  '.repeat(path.length - 1);
  // Only tables of the first level stand apart.
  const gap = path.length === 1 ? '\n' : '';
  const name = path.map(keyText).join('.');
  if (value instanceof GoMap) return `${gap}${margin}[${name}]\n${table(value, path)}`;
  const items = value instanceof GoList ? value.items : [];
  return items.map((item) => `${gap || '\n'}${margin}[[${name}]]\n${item instanceof GoMap ? table(item, path) : ''}`).join('');
}

function isTable(value: GoValue): boolean {
  if (value instanceof GoMap) return true;
  return value instanceof GoList && value.items.length > 0 && value.items.every((item) => item instanceof GoMap);
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : string(key);
}

function scalar(value: GoValue): string {
  if (typeof value === 'string') return string(value);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : printValue(value);
  if (value instanceof GoList) return `[${value.items.map(scalar).join(', ')}]`;
  if (value === null || value === undefined || value instanceof GoMap) throw new Error(`toml: cannot encode ${typeName(value)} here`);
  return printValue(value);
}

function string(value: string): string {
  return encodeJson(value, { unescapedHtml: true });
}
