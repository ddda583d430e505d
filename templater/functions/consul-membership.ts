/** consul-template's questions whether a list holds something. */
import { GoInteger, GoList, type GoValue, integerOf } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;

export const consulMembershipFunctions = [
  row({
    name: 'contains',
    dialects,
    usage: 'contains A LIST',
    summary: 'whether a list (or a text) holds A; the types must agree',
    parameters: [untyped, untyped],
    call: (_, [needle, list]) => holds(list, needle),
  }),
  row({
    name: 'in',
    dialects,
    usage: 'in LIST A',
    summary: 'the same with the list first',
    parameters: [untyped, untyped],
    call: (_, [list, needle]) => holds(list, needle),
  }),
  row({
    name: 'containsAll',
    dialects,
    usage: 'containsAll NEEDLES LIST',
    summary: 'whether the list holds all of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => needles.items.every((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsAny',
    dialects,
    usage: 'containsAny NEEDLES LIST',
    summary: 'whether the list holds any of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => needles.items.some((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsNone',
    dialects,
    usage: 'containsNone NEEDLES LIST',
    summary: 'whether the list holds none of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => !needles.items.some((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsNotAll',
    dialects,
    usage: 'containsNotAll NEEDLES LIST',
    summary: 'whether the list lacks at least one of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => !needles.items.every((needle) => holds(list, needle)),
  }),
];

function holds(list: GoValue, needle: GoValue): boolean {
  if (typeof list === 'string') return typeof needle === 'string' && list.includes(needle);
  return list instanceof GoList && list.items.some((item) => same(item, needle));
}

/** Integers of any type are alike; an int is never a float. */
function same(a: GoValue, b: GoValue): boolean {
  if (a instanceof GoInteger || b instanceof GoInteger) return String(integerOf(a)) === String(integerOf(b) ?? '');
  return a === b;
}
