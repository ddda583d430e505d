/** Sprig's functions on lists. A list is never changed: what adds or takes away gives a new one. */
import { randomBytes } from 'node:crypto';
import { compareBytes, GoList, type GoValue, isTrue } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { int64Range } from './go-numbers.js';
import { stringList } from './go-strings.js';
import { sprig, untyped, withAliases } from './sprig-row.js';
import { deepEqual, itemsOf, kindOf, textsOf, wholeNumberOf } from './sprig-values.js';

const intList = '[]int';

export const sprigListFunctions: readonly FunctionRow[] = [
  ...withAliases(
    sprig({ usage: 'list A…', summary: 'a list', parameters: [], rest: untyped, call: (_, __, items) => new GoList(items) }),
    'tuple',
  ),
  ...withAliases(
    sprig({
      usage: 'append LIST A',
      summary: 'the list with one more element',
      parameters: [untyped, untyped],
      call: (_, [list, item]) => new GoList([...itemsOf(list, 'push on'), item]),
    }),
    'push',
    'mustAppend',
    'mustPush',
  ),
  ...withAliases(
    sprig({
      usage: 'prepend LIST A',
      summary: 'the list with one more element in front',
      parameters: [untyped, untyped],
      call: (_, [list, item]) => new GoList([item, ...itemsOf(list, 'prepend on')]),
    }),
    'mustPrepend',
  ),
  ...withAliases(
    sprig({
      usage: 'concat LIST…',
      summary: 'all lists in one',
      parameters: [],
      rest: untyped,
      call: (_, __, lists) => new GoList(concatenated(lists)),
    }),
  ),
  ...withAliases(
    sprig({
      usage: 'first LIST',
      summary: 'its first element',
      parameters: [untyped],
      call: (_, [list]) => itemsOf(list, 'find first on')[0] ?? null,
    }),
    'mustFirst',
  ),
  ...withAliases(
    sprig({
      usage: 'last LIST',
      summary: 'its last element',
      parameters: [untyped],
      call: (_, [list]) => itemsOf(list, 'find last on').at(-1) ?? null,
    }),
    'mustLast',
  ),
  ...withAliases(
    sprig({
      usage: 'rest LIST',
      summary: 'all but the first element',
      parameters: [untyped],
      call: (_, [list]) => new GoList(itemsOf(list, 'find rest on').slice(1)),
    }),
    'mustRest',
  ),
  ...withAliases(
    sprig({
      usage: 'initial LIST',
      summary: 'all but the last element',
      parameters: [untyped],
      call: (_, [list]) => new GoList(itemsOf(list, 'find initial on').slice(0, -1)),
    }),
    'mustInitial',
  ),
  ...withAliases(
    sprig({
      usage: 'reverse LIST',
      summary: 'the list backwards',
      parameters: [untyped],
      call: (_, [list]) => new GoList(itemsOf(list, 'find reverse on').toReversed()),
    }),
    'mustReverse',
  ),
  ...withAliases(
    sprig({
      usage: 'uniq LIST',
      summary: 'each element once',
      parameters: [untyped],
      call: (_, [list]) => new GoList(uniqueItems(itemsOf(list, 'find uniq on'))),
    }),
    'mustUniq',
  ),
  ...withAliases(
    sprig({
      usage: 'without LIST A…',
      summary: 'the list without these elements',
      parameters: [untyped],
      rest: untyped,
      call: (_, [list], omitted) =>
        new GoList(itemsOf(list, 'find without on').filter((item) => !omitted.some((one) => deepEqual(one, item)))),
    }),
    'mustWithout',
  ),
  ...withAliases(
    sprig({
      usage: 'has A LIST',
      summary: 'whether the list holds it; the types must agree',
      parameters: [untyped, untyped],
      call: (_, [item, list]) => itemsOf(list, 'find has on').some((one) => deepEqual(one, item)),
    }),
    'mustHas',
  ),
  ...withAliases(
    sprig({
      usage: 'compact LIST',
      summary: 'the list without empty elements',
      parameters: [untyped],
      call: (_, [list]) => new GoList(itemsOf(list, 'compact on').filter(isTrue)),
    }),
    'mustCompact',
  ),
  ...withAliases(
    sprig({
      usage: 'slice LIST [FROM [TO]]',
      summary: 'a part of the list',
      parameters: [untyped],
      rest: untyped,
      call: (_, [list], bounds) => sliceItems(list, bounds),
    }),
    'mustSlice',
  ),
  ...withAliases(
    sprig({
      usage: 'chunk N LIST',
      summary: 'a list of lists with N elements each',
      parameters: ['int', untyped],
      call: (_, [size, list]) => chunks(itemsOf(list, 'chunk'), Number(size)),
    }),
    'mustChunk',
  ),
  sprig({
    usage: 'sortAlpha LIST',
    summary: 'the texts of its elements in byte order',
    parameters: [untyped],
    call: (_, [list]) => stringList(textsOf(list).sort(compareBytes)),
  }),
  sprig({
    usage: 'until N',
    summary: 'the ints from 0 to one before N',
    parameters: ['int'],
    call: (_, [count]) => new GoList(steps(0n, count, count < 0n ? -1n : 1n), intList),
  }),
  sprig({
    usage: 'untilStep FROM TO STEP',
    summary: 'the ints from FROM to before TO',
    parameters: ['int', 'int', 'int'],
    call: (_, [from, to, step]) => new GoList(steps(from, to, step), intList),
  }),
  sprig({
    usage: 'seq [FROM [STEP]] TO',
    summary: 'the ints up to TO, included, as one text with blanks between',
    parameters: [],
    rest: 'int',
    call: (_, __, bounds) => sequence(bounds).join(' '),
  }),
  sprig({
    usage: 'randInt FROM TO',
    summary: 'a random int from FROM to one before TO; another one in every rendering',
    parameters: ['int', 'int'],
    call: (_, [from, to]) => {
      if (to <= from || to - from > int64Range.max) throw new Error('invalid argument to Intn');
      // Sixteen bytes: what one number comes more often than another is far below what anybody could see.
      return from + (BigInt(`0x${randomBytes(16).toString('hex')}`) % (to - from));
    },
  }),
];

function uniqueItems(items: readonly GoValue[]): GoValue[] {
  const kept: GoValue[] = [];
  for (const item of items) if (!kept.some((one) => deepEqual(one, item))) kept.push(item);
  return kept;
}

function sliceItems(list: GoValue, bounds: readonly GoValue[]): GoValue {
  const items = itemsOf(list, 'slice on');
  if (!(list instanceof GoList)) throw new Error(`list should be type of slice or array but ${kindOf(list)}`);
  const [from = 0, to = items.length] = bounds.map((bound) => Number(wholeNumberOf(bound)));
  if (from < 0 || to < from || to > items.length) throw new Error(`reflect.Value.Slice: slice index out of bounds`);
  return new GoList(items.slice(from, to), list.type, { elementType: list.elementType });
}

/** A list that is put to itself again and again doubles each time. */
function concatenated(lists: readonly GoValue[]): readonly GoValue[] {
  const parts = lists.map((list) => itemsOf(list, 'concat'));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > stepsMax) throw new RangeError(`more than ${stepsMax} elements`);
  return parts.flat();
}

function chunks(items: readonly GoValue[], size: number): GoList {
  if (size < 1) throw new Error('cannot chunk into parts of less than one element');
  const count = Math.ceil(items.length / size);
  return new GoList(
    Array.from({ length: count }, (_, i) => new GoList(items.slice(i * size, (i + 1) * size))),
    '[][]interface {}',
  );
}

/** More would be a slip of the pen, and takes the machine's memory. */
const stepsMax = 10_000_000n;

function steps(from: bigint, to: bigint, step: bigint): bigint[] {
  if (to < from ? step >= 0n : step <= 0n) return [];
  if ((to - from) / step > stepsMax) throw new RangeError(`more than ${stepsMax} numbers`);
  const numbers: bigint[] = [];
  for (let value = from; to < from ? value > to : value < to; value += step) numbers.push(value);
  return numbers;
}

function sequence(bounds: readonly bigint[]): bigint[] {
  const [first, second, third] = bounds;
  if (first === undefined || bounds.length > 3) return [];
  const [from, to] = third === undefined ? (second === undefined ? [1n, first] : [first, second]) : [first, third];
  const direction = to < from ? -1n : 1n;
  const step = third === undefined ? direction : (second ?? direction);
  return to < from && step > 0n ? [] : steps(from, to + direction, step);
}
