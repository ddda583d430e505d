/** consul-template's functions on numbers. The second operand comes first, so that pipelines read well: `10 | subtract 3` is 7. */

import { sprintf } from '../go-template/format/printf.js';
import { readFloat } from '../go-template/number-literal.js';
import { quote } from '../go-template/quote.js';
import { GoInteger, GoList, type GoValue, integerOf, isUnsigned, typeName } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';
import { isLess } from './go-compare.js';
import { int64Range, nonZero, parseBoolean, parseDecimal, uint64Range, wrapInt } from './go-numbers.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;

const operations = {
  add: 'A + B',
  subtract: 'A - B',
  multiply: 'A * B',
  divide: 'A / B, without the fraction when both are whole',
  modulo: 'the remainder of A / B',
  minimum: 'the smaller one',
  maximum: 'the greater one',
} as const;
type Operation = keyof typeof operations;
const operationNames = ['add', 'subtract', 'multiply', 'divide', 'modulo', 'minimum', 'maximum'] as const satisfies readonly Operation[];

export const consulNumberFunctions = [
  ...operationNames.map((name) =>
    row({
      name,
      dialects,
      usage: `${name} B A`,
      summary: operations[name],
      parameters: [untyped, untyped],
      call: (_, [b, a]) => calculate(name, a, b),
    }),
  ),
  row({
    name: 'loop',
    dialects,
    usage: 'loop [FROM] TO',
    summary: 'the int64 values from FROM (0 by default) to one below TO',
    parameters: [],
    rest: untyped,
    call: (_, __, bounds) => loop(bounds),
  }),
  row({
    name: 'parseBool',
    dialects,
    usage: 'parseBool TEXT',
    summary: 'as confd’s parseBool; an empty text is false',
    parameters: ['string'],
    call: (_, [text]) => text !== '' && within('parseBool', () => parseBoolean(text)),
  }),
  row({
    name: 'parseInt',
    dialects,
    usage: 'parseInt TEXT',
    summary: 'decimal text to int64; an empty text is 0',
    parameters: ['string'],
    call: (_, [text]) => new GoInteger('int64', text === '' ? 0n : within('parseInt', () => parseDecimal(text, 'ParseInt', int64Range))),
  }),
  row({
    name: 'parseUint',
    dialects,
    usage: 'parseUint TEXT',
    summary: 'decimal text to uint64; an empty text is 0',
    parameters: ['string'],
    call: (_, [text]) =>
      new GoInteger('uint64', text === '' ? 0n : within('parseUint', () => parseDecimal(text, 'ParseUint', uint64Range))),
  }),
  row({
    name: 'parseFloat',
    dialects,
    usage: 'parseFloat TEXT',
    summary: 'text to float64; an empty text is 0',
    parameters: ['string'],
    call: (_, [text]) => (text === '' ? 0 : within('parseFloat', () => parseFloatText(text))),
  }),
];

/** int64 unless a float is involved; two unsigned ones stay unsigned. */
function calculate(operation: Operation, a: GoValue, b: GoValue): GoValue {
  const [wholeA, wholeB] = [integerOf(a), integerOf(b)];
  if (wholeA !== undefined && wholeB !== undefined) {
    const unsigned = isUnsigned(typeName(a)) && isUnsigned(typeName(b));
    const result = onIntegers[operation](wholeA, wholeB);
    return unsigned ? new GoInteger('uint64', BigInt.asUintN(64, result)) : new GoInteger('int64', wrapInt(result));
  }
  for (const value of [a, b]) {
    const isNumber = integerOf(value) !== undefined || (typeof value === 'number' && operation !== 'modulo');
    if (!isNumber) throw new Error(`${operation}: unknown type for ${sprintf('%q (%T)', [value, value])}`);
  }
  return onFloats[operation](Number(wholeA ?? a), Number(wholeB ?? b));
}

const onIntegers: Readonly<Record<Operation, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / nonZero(b),
  modulo: (a, b) => a % nonZero(b),
  minimum: (a, b) => (isLess(a, b) ? a : b),
  maximum: (a, b) => (isLess(a, b) ? b : a),
};

const onFloats: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  modulo: (a, b) => a % b,
  minimum: Math.min,
  maximum: Math.max,
};

/** More would be a slip of the pen, and takes the machine's memory. */
const loopMax = 10_000_000n;

function loop(bounds: readonly GoValue[]): GoList {
  if (bounds.length < 1 || bounds.length > 2) throw new Error(`loop: wrong number of arguments, expected 1 or 2, but got ${bounds.length}`);
  const [first = 0n, second] = bounds.map(bound);
  const [from, to] = second === undefined ? [0n, first] : [first, second];
  if (to - from > loopMax) throw new RangeError(`loop makes more than ${loopMax} numbers`);
  const items: GoInteger[] = [];
  for (let value = from; value < to; value++) items.push(new GoInteger('int64', value));
  return new GoList(items, '[]int64');
}

function bound(value: GoValue): bigint {
  const whole = integerOf(value);
  if (whole !== undefined) return whole;
  if (typeof value === 'string') return parseDecimal(value, 'ParseInt', int64Range);
  throw new Error(`loop: unexpected type ${typeName(value)}`);
}

function parseFloatText(text: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) return /nan/i.test(text) ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // Underscores belong to literals only.
  const value = text.includes('_') ? undefined : readFloat(text);
  if (value === undefined) throw new Error(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
  return value;
}

function within<T>(caller: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${caller}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
