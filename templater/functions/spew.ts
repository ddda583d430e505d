/** consul-template's functions for looking at values: every part with its type, as the Go library spew shows them. */
import { standardError, writeFully } from '../../src/lib/stdio.js';
import { toBytes } from '../go-template/byte-string.js';
import { printValue, sprintf } from '../go-template/format/printf.js';
import { quote } from '../go-template/quote.js';
import { anyType, GoInteger, GoList, GoMap, GoSlot, GoStruct, type GoValue, typeName } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;

export const spewFunctions = [
  row({
    name: 'spew_dump',
    dialects,
    usage: 'spew_dump A…',
    summary: 'writes the values with all their types to standard error and gives nothing',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => shownAside(dumpAll(values)),
  }),
  row({
    name: 'spew_sdump',
    dialects,
    usage: 'spew_sdump A…',
    summary: 'the same as text',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => dumpAll(values),
  }),
  row({
    name: 'spew_printf',
    dialects,
    usage: 'spew_printf FORMAT A…',
    summary: 'writes as printf does, to standard error, and gives nothing',
    parameters: ['string'],
    rest: untyped,
    call: (_, [format], values) => shownAside(sprintf(format, values)),
  }),
  row({
    name: 'spew_sprintf',
    dialects,
    usage: 'spew_sprintf FORMAT A…',
    summary: 'the same as text',
    parameters: ['string'],
    rest: untyped,
    call: (_, [format], values) => sprintf(format, values),
  }),
];

/** Not to standard output, where rendered text may go. */
function shownAside(bytes: string): string {
  writeFully(standardError, toBytes(bytes));
  return '';
}

function dumpAll(values: readonly GoValue[]): string {
  return values.map((value) => `${dump(value, '')}\n`).join('');
}

/** Deeper values are cut. */
const depthMax = 100;

function dump(value: GoValue, margin: string): string {
  if (value === undefined || value === null) return `(${anyType}) <nil>`;
  if (margin.length > depthMax) return '...';
  if (typeof value === 'string') return `(string) ${value === '' ? '' : `(len=${value.length}) `}${quote(value)}`;
  if (value instanceof GoSlot) return dump(value.value, margin);
  if (value instanceof GoList)
    return `(${value.type}) ${sizes(value)}${block(
      value.items.map((item) => dump(item, `${margin} `)),
      margin,
    )}`;
  if (value instanceof GoMap) {
    const entries = value.keys().map((key) => `${dump(key, '')}: ${dump(value.entries.get(key), `${margin} `)}`);
    return `(${value.type}) ${entries.length === 0 ? '' : `(len=${entries.length}) `}${block(entries, margin)}`;
  }
  if (value instanceof GoStruct) return dumpStruct(value, margin);
  return `(${typeName(value)}) ${value instanceof GoInteger ? value.value : printValue(value)}`;
}

function dumpStruct(value: GoStruct, margin: string): string {
  if (value.isNil) return `(${value.type})(<nil>)`;
  const fields = [...value.struct.fields.keys()].map((name) => `${name}: ${dump(value.field(name), `${margin} `)}`);
  const body = value.struct.print ? value.struct.print(value) : block(fields, margin);
  return value.struct.pointer ? `(${value.type})(${body})` : `(${value.type}) ${body}`;
}

/** The room that Go's append makes for a list that grew one by one, as those of decoded data do: powers of two. */
function sizes({ items, elementType }: GoList): string {
  if (items.length === 0) return '';
  const room = elementType === anyType ? 2 ** Math.ceil(Math.log2(items.length)) : items.length;
  return `(len=${items.length} cap=${room}) `;
}

function block(parts: readonly string[], margin: string): string {
  return `{\n${parts.map((part, i) => `${margin} ${part}${i < parts.length - 1 ? ',' : ''}\n`).join('')}${margin}}`;
}
