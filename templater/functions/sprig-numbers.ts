/** Sprig's arithmetic: whole numbers are int64, those that end in `f` go through exact decimals, what is no number counts as 0. */
import type { GoValue } from '../go-template/value.js';
import { type Decimal, decimalOf, divide, minus, numberOf, plus, times } from './decimal.js';
import type { FunctionRow } from './function-row.js';
import { isLess } from './go-compare.js';
import { nonZero } from './go-numbers.js';
import { sprig, untyped, withAliases } from './sprig-row.js';
import { floatOf, int64, textOf, wholeNumberOf } from './sprig-values.js';

export const sprigNumberFunctions: readonly FunctionRow[] = [
  sprig({ usage: 'int A', summary: 'as int', parameters: [untyped], call: (_, [value]) => wholeNumberOf(value) }),
  sprig({ usage: 'int64 A', summary: 'as int64', parameters: [untyped], call: (_, [value]) => int64(wholeNumberOf(value)) }),
  sprig({ usage: 'float64 A', summary: 'as float64', parameters: [untyped], call: (_, [value]) => floatOf(value) }),
  sprig({
    usage: 'atoi TEXT',
    summary: 'decimal text to int; 0 for anything else',
    parameters: ['string'],
    call: (_, [text]) => (/^[+-]?\d+$/.test(text) ? BigInt.asIntN(64, BigInt(text.replace('+', ''))) : 0n),
  }),
  sprig({
    usage: 'toDecimal A',
    summary: 'octal text to int64; 0 for anything else',
    parameters: [untyped],
    call: (_, [value]) => int64(/^[+-]?[0-7]+$/.test(textOf(value)) ? octal(textOf(value)) : 0n),
  }),
  sprig({
    usage: 'add A…',
    summary: 'the sum',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => int64(values.map(wholeNumberOf).reduce((a, b) => a + b, 0n)),
  }),
  sprig({ usage: 'add1 A', summary: 'A + 1', parameters: [untyped], call: (_, [value]) => int64(wholeNumberOf(value) + 1n) }),
  sprig({
    usage: 'sub A B',
    summary: 'A - B',
    parameters: [untyped, untyped],
    call: (_, [a, b]) => int64(wholeNumberOf(a) - wholeNumberOf(b)),
  }),
  sprig({
    usage: 'mul A B…',
    summary: 'the product',
    parameters: [untyped],
    rest: untyped,
    call: (_, [first], others) => int64(others.map(wholeNumberOf).reduce((a, b) => a * b, wholeNumberOf(first))),
  }),
  sprig({
    usage: 'div A B',
    summary: 'A / B without the fraction',
    parameters: [untyped, untyped],
    call: (_, [a, b]) => int64(wholeNumberOf(a) / nonZero(wholeNumberOf(b))),
  }),
  sprig({
    usage: 'mod A B',
    summary: 'the remainder of A / B',
    parameters: [untyped, untyped],
    call: (_, [a, b]) => int64(wholeNumberOf(a) % nonZero(wholeNumberOf(b))),
  }),
  sprig({
    usage: 'addf A…',
    summary: 'the sum as float64',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => decimals(0, values, plus),
  }),
  sprig({ usage: 'add1f A', summary: 'A + 1 as float64', parameters: [untyped], call: (_, [value]) => decimals(value, [1n], plus) }),
  sprig({
    usage: 'subf A B…',
    summary: 'A - B - … as float64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [a], others) => decimals(a, others, minus),
  }),
  sprig({
    usage: 'mulf A B…',
    summary: 'the product as float64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [a], others) => decimals(a, others, times),
  }),
  sprig({
    usage: 'divf A B…',
    summary: 'A / B / … as float64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [a], others) => decimals(a, others, divide),
  }),
  ...withAliases(
    sprig({
      usage: 'max A B…',
      summary: 'the greatest, as int64',
      parameters: [untyped],
      rest: untyped,
      call: (_, [first], others) => int64(others.map(wholeNumberOf).reduce(greater, wholeNumberOf(first))),
    }),
    'biggest',
  ),
  sprig({
    usage: 'min A B…',
    summary: 'the smallest, as int64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [first], others) => int64(others.map(wholeNumberOf).reduce(smaller, wholeNumberOf(first))),
  }),
  sprig({
    usage: 'maxf A B…',
    summary: 'the greatest, as float64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [a], others) => Math.max(floatOf(a), ...others.map(floatOf)),
  }),
  sprig({
    usage: 'minf A B…',
    summary: 'the smallest, as float64',
    parameters: [untyped],
    rest: untyped,
    call: (_, [a], others) => Math.min(floatOf(a), ...others.map(floatOf)),
  }),
  sprig({ usage: 'ceil A', summary: 'rounded up, a float64', parameters: [untyped], call: (_, [value]) => Math.ceil(floatOf(value)) }),
  sprig({ usage: 'floor A', summary: 'rounded down, a float64', parameters: [untyped], call: (_, [value]) => Math.floor(floatOf(value)) }),
  sprig({
    usage: 'round A PLACES [FROM]',
    summary: 'rounded to so many places; up from the fraction FROM, by default .5',
    parameters: [untyped, 'int'],
    rest: 'float64',
    call: (_, [value, places], [from = 0.5]) => roundTo(floatOf(value), Number(places), from),
  }),
];

function greater(a: bigint, b: bigint): bigint {
  return isLess(a, b) ? b : a;
}

function smaller(a: bigint, b: bigint): bigint {
  return isLess(b, a) ? b : a;
}

function octal(text: string): bigint {
  const magnitude = BigInt(`0o${text.replace(/^[+-]/, '')}`);
  return text.startsWith('-') ? -magnitude : magnitude;
}

function decimals(first: GoValue, others: readonly GoValue[], operation: (a: Decimal, b: Decimal) => Decimal): number {
  return numberOf(others.reduce((sum: Decimal, value) => operation(sum, decimalOf(floatOf(value))), decimalOf(floatOf(first))));
}

function roundTo(value: number, places: number, from: number): number {
  const scale = 10 ** places;
  const scaled = value * scale;
  const rounded = scaled - Math.trunc(scaled) >= from ? Math.ceil(scaled) : Math.floor(scaled);
  return rounded / scale;
}
