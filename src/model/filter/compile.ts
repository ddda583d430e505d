/**
 * Expression + fields -> a test. Everything that can be wrong is wrong here, once, before any element is looked at.
 *
 * A map key that an element does not have: `==` and `in` are false, every other condition is true (`matches` too: recorded so).
 */
import { linearPattern, PatternError } from '../../lib/linear-pattern.js';
import { unreachable } from '../../lib/unreachable.js';
import { MeshError } from '../errors.js';
import { type Expression, type Match, type MatchOperator, showPath } from './expression.js';
import type { Field, Fields } from './fields.js';

type Test<T> = (element: T) => boolean;

/** @throws MeshError `refused`: a selector that is not there, an operator or a value that does not fit it */
export function compileExpression<T>(expression: Expression, fields: Fields<T>): Test<T> {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const left = compileExpression(expression.left, fields);
      const right = compileExpression(expression.right, fields);
      return expression.kind === 'and' ? (element) => left(element) && right(element) : (element) => left(element) || right(element);
    }
    case 'not': {
      const operand = compileExpression(expression.operand, fields);
      return (element) => !operand(element);
    }
    case 'match':
      return compileMatch(expression, 0, fields);
    default:
      return unreachable(expression);
  }
}

/** `depth` is how much of the path has been walked. */
function compileMatch<T>(match: Match, depth: number, fields: Fields<T>): Test<T> {
  const name = match.path[depth] ?? '';
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) throw invalidSelector(match, depth);
  const last = depth === match.path.length - 1;
  switch (field.kind) {
    case 'struct':
      if (last) throw invalidOperator(match);
      return compileMatch(match, depth + 1, field.fields);
    case 'structs':
      if (last) return emptiness(match, (element: T) => field.bind.size(element) === 0);
      return field.bind.within((inner) => compileMatch(match, depth + 1, inner));
    case 'struct map':
      if (last) return emptiness(match, (element: T) => field.size(element) === 0);
      return structAtKey(match, depth, field);
    case 'map':
      return last ? mapTest(match, field) : mapValueTest(match, depth, field);
    default:
      if (!last) throw invalidSelector(match, depth + 1);
      return leafTest(match, field);
  }
}

function structAtKey<T>(match: Match, depth: number, field: Extract<Field<T>, { kind: 'struct map' }>): Test<T> {
  if (depth + 2 > match.path.length - 1) throw invalidOperator(match);
  const bound = field.bindKey(match.path[depth + 1] ?? '');
  const test = bound.within((inner) => compileMatch(match, depth + 2, inner));
  const absent = whenAbsent(match.operator);
  return (element) => (bound.size(element) === 0 ? absent : test(element));
}

function leafTest<T>(match: Match, field: Extract<Field<T>, { kind: 'text' | 'integer' | 'boolean' | 'list' }>): Test<T> {
  switch (field.kind) {
    case 'text': {
      const test = textTest(match);
      return (element) => test(field.read(element));
    }
    case 'integer': {
      const wanted = integerValue(match);
      return equality(match, (element) => BigInt(field.read(element)) === wanted);
    }
    case 'boolean': {
      const wanted = booleanValue(match);
      return equality(match, (element) => field.read(element) === wanted);
    }
    case 'list':
      return membership(match, field);
  }
}

function membership<T>(match: Match, field: Extract<Field<T>, { kind: 'list' }>): Test<T> {
  switch (match.operator) {
    case 'In':
      return (element) => field.read(element).includes(match.value);
    case 'Not In':
      return (element) => !field.read(element).includes(match.value);
    default:
      return emptiness(match, (element) => field.read(element).length === 0);
  }
}

function mapTest<T>(match: Match, field: Extract<Field<T>, { kind: 'map' }>): Test<T> {
  const holds = (element: T): boolean => Object.hasOwn(field.read(element) ?? {}, match.value);
  if (match.operator === 'In') return holds;
  if (match.operator === 'Not In') return (element) => !holds(element);
  return emptiness(match, (element) => Object.keys(field.read(element) ?? {}).length === 0);
}

function mapValueTest<T>(match: Match, depth: number, field: Extract<Field<T>, { kind: 'map' }>): Test<T> {
  if (depth + 1 !== match.path.length - 1) throw invalidSelector(match, depth + 2);
  const key = match.path[depth + 1] ?? '';
  const test = textTest(match);
  const absent = whenAbsent(match.operator);
  return (element) => {
    const entries = field.read(element);
    const value = entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
    return value === undefined ? absent : test(value);
  };
}

const whenAbsent = (operator: MatchOperator): boolean => operator !== 'Equal' && operator !== 'In';

function textTest(match: Match): (value: string) => boolean {
  const { value: wanted } = match;
  switch (match.operator) {
    case 'Equal':
      return (value) => value === wanted;
    case 'Not Equal':
      return (value) => value !== wanted;
    case 'In':
      return (value) => value.includes(wanted);
    case 'Not In':
      return (value) => !value.includes(wanted);
    case 'Matches':
    case 'Not Matches': {
      const pattern = compiledPattern(wanted);
      const expected = match.operator === 'Matches';
      return (value) => pattern.test(value) === expected;
    }
    default:
      throw invalidOperator(match);
  }
}

function compiledPattern(source: string) {
  try {
    return linearPattern(source);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw refusal(`Failed to compile regular expression "${source}": ${error.message}`, error);
  }
}

function equality<T>(match: Match, equal: Test<T>): Test<T> {
  if (match.operator === 'Equal') return equal;
  if (match.operator === 'Not Equal') return (element) => !equal(element);
  throw invalidOperator(match);
}

function emptiness<T>(match: Match, empty: Test<T>): Test<T> {
  if (match.operator === 'Is Empty') return empty;
  if (match.operator === 'Is Not Empty') return (element) => !empty(element);
  throw invalidOperator(match);
}

const isEquality = ({ operator }: Match): boolean => operator === 'Equal' || operator === 'Not Equal';

/** Whole numbers of 64 bits as Go writes them, also 0x50, 0b1 and 0o7. */
function integerValue(match: Match): bigint {
  if (!isEquality(match)) throw invalidOperator(match);
  const { value } = match;
  const [, sign, digits] = /^([+-]?)(0x[0-9a-f]+|0b[01]+|0o[0-7]+|[0-9]+)$/i.exec(value) ?? [];
  if (digits === undefined) throw notCoerced(match, `strconv.ParseInt: parsing "${value}": invalid syntax`);
  const number = BigInt(digits) * (sign === '-' ? -1n : 1n);
  if (BigInt.asIntN(64, number) !== number) throw notCoerced(match, `strconv.ParseInt: parsing "${value}": value out of range`);
  return number;
}

const truths = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

function booleanValue(match: Match): boolean {
  if (!isEquality(match)) throw invalidOperator(match);
  const truth = truths.get(match.value);
  if (truth === undefined) throw notCoerced(match, `strconv.ParseBool: parsing "${match.value}": invalid syntax`);
  return truth;
}

const notCoerced = (match: Match, why: string): MeshError =>
  refusal(`Failed to coerce value "${match.value}" for selector "${showPath(match.path)}": ${why}`);
const invalidSelector = (match: Match, depth: number): MeshError =>
  refusal(`Selector "${showPath(match.path.slice(0, depth + 1))}" is not valid`);
const invalidOperator = (match: Match): MeshError =>
  refusal(`Invalid match operator "${match.operator}" for selector "${showPath(match.path)}"`);

function refusal(text: string, cause?: unknown): MeshError {
  return new MeshError('refused', `Failed to create boolean expression evaluator: ${text}`, { cause });
}
