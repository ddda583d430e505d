/** YAML text to template values, apart from the other functions on data: the parser takes a while to load. */
import { parseYaml, YamlError } from '../../src/lib/yaml.js';
import { fromText, toText } from '../go-template/byte-string.js';
import { GoInteger, GoList, GoMap, type GoValue } from '../go-template/value.js';
import { row } from './function-row.js';
import { int64Range, uint64Range } from './go-numbers.js';

export const yamlFunctions = [
  row({
    name: 'parseYAML',
    dialects: ['consul-template'],
    usage: 'parseYAML TEXT',
    summary: 'any YAML 1.1, of several documents the first; whole numbers are ints; an empty text is an empty map',
    parameters: ['string'],
    call: (_, [text]) => (text === '' ? new GoMap(new Map()) : parsed(text)),
  }),
];

function parsed(bytes: string): GoValue {
  try {
    return fromData(parseYaml(toText(bytes), { isFirstOnly: true }));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Error(fromText(`yaml: line ${error.line}: ${error.message}`), { cause: error });
  }
}

function fromData(data: unknown): GoValue {
  if (typeof data === 'string') return fromText(data);
  if (typeof data === 'bigint') return whole(data);
  if (typeof data === 'number' || typeof data === 'boolean') return data;
  if (data instanceof Uint8Array) return Buffer.from(data).toString('latin1');
  if (Array.isArray(data)) return new GoList(data.map(fromData));
  if (data instanceof Set) return new GoMap(new Map([...data].map((key) => [fromText(String(key)), null])));
  if (typeof data !== 'object' || data === null) return null;
  const entries = data instanceof Map ? [...data] : Object.entries(data);
  return new GoMap(new Map(entries.map(([key, value]) => [fromText(String(key)), fromData(value)])));
}

function whole(value: bigint): GoValue {
  if (value >= int64Range.min && value <= int64Range.max) return value;
  return value > 0n && value <= uint64Range.max ? new GoInteger('uint64', value) : Number(value);
}
