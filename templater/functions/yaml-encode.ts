/** Template values to YAML 1.1 in block style, laid out and quoted as the Go library that consul-template uses does it. Byte strings. */

import { toText } from '../go-template/byte-string.js';
import { printValue } from '../go-template/format/printf.js';
import { GoInteger, GoList, GoMap, GoStruct, type GoValue } from '../go-template/value.js';
import { encodeJson } from './json-encode.js';

/** Without the newline at the end. */
export function encodeYaml(value: GoValue): string {
  return block(value, '').replace(/^\n/, '').replace(/\n$/, '');
}

/** A scalar on the same line, or a newline and the lines below. */
function block(value: GoValue, margin: string): string {
  const entries = entriesOf(value);
  if (entries)
    return entries.length === 0 ? '{}' : entries.map(([key, item]) => `\n${margin}${scalar(key, margin)}:${below(item, margin)}`).join('');
  if (value instanceof GoList) {
    if (value.items.length === 0) return '[]';
    return value.items.map((item) => `\n${margin}- ${block(item, `${margin}  `).replace(/^\n +/, '')}`).join('');
  }
  return scalar(value, margin);
}

/** Lists below a key are not indented further than the key. */
function below(value: GoValue, margin: string): string {
  const shown = block(value, value instanceof GoList ? margin : `${margin}  `);
  return shown.startsWith('\n') ? shown : ` ${shown}`;
}

function entriesOf(value: GoValue): readonly (readonly [string, GoValue])[] | undefined {
  if (value instanceof GoMap) return value.keys().map((key) => [key, value.entries.get(key)] as const);
  if (value instanceof GoStruct && !value.isNil)
    return [...value.struct.fields.keys()].map((name) => [name.toLowerCase(), value.field(name)] as const);
  return undefined;
}

function scalar(value: GoValue, margin: string): string {
  if (typeof value === 'string') return text(value, margin);
  if (value === null || value === undefined || (value instanceof GoStruct && value.isNil)) return 'null';
  if (typeof value === 'number') return float(value);
  return value instanceof GoInteger ? String(value.value) : printValue(value);
}

function float(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return Number.isFinite(value) ? printValue(value) : value > 0 ? '.inf' : '-.inf';
}

/** Words that YAML 1.1 reads as something else than a string. */
const otherMeaning =
  /^(?:~|null|y|n|yes|no|on|off|true|false|<<|=|[-+]?(?:\.inf|[0-9][0-9_]*)|[-+]?0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|\.nan|[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?)$/i;
const plainStart = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=\S))/;

function text(value: string, margin: string): string {
  if (value === '' || otherMeaning.test(value)) return `"${value}"`;
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(value) || toText(value).includes('\ufffd')) return encodeJson(value, { unescapedHtml: true });
  if (value.includes('\n')) return literal(value, margin);
  const isPlain = plainStart.test(value) && !/: |:$| #|^\s|\s$|\t/.test(value) && !/^(?:---|\.\.\.)/.test(value);
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`;
}

function literal(value: string, margin: string): string {
  const ending = value.endsWith('\n\n') || value === '\n' ? '+' : value.endsWith('\n') ? '' : '-';
  const indicator = /^[ \n]/.test(value) ? '2' : '';
  const inner = margin === '' ? '  ' : margin;
  const lines = (value.endsWith('\n') ? value.slice(0, -1) : value).split('\n').map((line) => (line === '' ? '' : inner + line));
  return `|${indicator}${ending}\n${lines.join('\n')}`;
}
