/**
 * Filter text -> expression. `not` binds tightest, then `and`, then `or` (both to the right); words are lower case and stand between blanks.
 *
 *   or     = and [ " or " or ]
 *   and    = not [ " and " and ]
 *   not    = "not " not | "(" or ")" | match
 *   match  = selector ( "==" | "!=" | contains | not contains | matches | not matches ) value
 *          | selector ( is empty | is not empty ) | value ( in | not in ) selector
 */
import { MeshError } from '../errors.js';
import { requestLimits } from '../limits.js';
import type { Expression, Match, MatchOperator } from './expression.js';
import { Scanner } from './scanner.js';

const { filterBytesMax, filterDepthMax: depthMax } = requestLimits;

/** @throws MeshError `refused` with the position of the fault */
export function parseFilter(text: string): Expression {
  if (Buffer.byteLength(text) > filterBytesMax)
    throw new MeshError('bad-request', `the filter is longer than ${filterBytesMax} bytes; send a shorter one`);
  const scanner = new Scanner(text);
  scanner.blanks();
  const expression = or(scanner, 0);
  scanner.blanks();
  if (expression && scanner.atEnd) return expression;
  scanner.missed();
  throw scanner.nothingFits();
}

function or(scanner: Scanner, depth: number): Expression | undefined {
  return joined(scanner, depth, { word: 'or', kind: 'or', operand: and });
}

function and(scanner: Scanner, depth: number): Expression | undefined {
  return joined(scanner, depth, { word: 'and', kind: 'and', operand: not });
}

type Rule = (scanner: Scanner, depth: number) => Expression | undefined;

/** A chain joins to the right; it is gathered in a loop, so that a long one needs no deep stack. */
function joined(
  scanner: Scanner,
  depth: number,
  { word, kind, operand }: { readonly word: string; readonly kind: 'and' | 'or'; readonly operand: Rule },
): Expression | undefined {
  const first = operand(scanner, depth);
  if (!first) return undefined;
  const operands = [first];
  for (;;) {
    const next = scanner.attempt(() => (between(scanner, word) ? operand(scanner, depth) : undefined));
    if (!next) return operands.reduceRight((right, left) => ({ kind, left, right }));
    operands.push(next);
  }
}

function not(scanner: Scanner, depth: number): Expression | undefined {
  if (depth > depthMax) throw new MeshError('bad-request', `the filter nests deeper than ${depthMax} levels; write it flatter`);
  const negated = scanner.attempt(() => (scanner.literal('not') && scanner.gap() ? not(scanner, depth + 1) : undefined));
  if (negated) return { kind: 'not', operand: negated };
  return scanner.attempt(() => grouped(scanner, depth)) ?? scanner.attempt(() => match(scanner));
}

function grouped(scanner: Scanner, depth: number): Expression | undefined {
  if (!scanner.literal('(')) return undefined;
  scanner.blanks();
  const inner = or(scanner, depth + 1);
  if (!inner) return undefined;
  scanner.blanks();
  if (scanner.literal(')')) return inner;
  // "a == 1 and" has a better fault further on; only a group that is complete but open is unmatched.
  if (scanner.atEnd) throw scanner.ruleFault('grouping', 'Unmatched parentheses');
  throw scanner.nothingFits();
}

function match(scanner: Scanner): Match | undefined {
  return scanner.attempt(() => selectorFirst(scanner)) ?? scanner.attempt(() => valueFirst(scanner));
}

function selectorFirst(scanner: Scanner): Match | undefined {
  const path = selector(scanner);
  if (!path) return undefined;
  const operator = scanner.attempt(() => withValue(scanner));
  if (operator) {
    const value = valueText(scanner);
    return value === undefined ? undefined : { kind: 'match', path, operator, value };
  }
  const emptiness = scanner.attempt(() => isEmpty(scanner));
  return emptiness && { kind: 'match', path, operator: emptiness, value: '' };
}

function withValue(scanner: Scanner): MatchOperator | undefined {
  for (const [sign, operator] of signs) {
    const found = scanner.attempt(() => {
      scanner.blanks();
      return scanner.literal(sign) ? operator : undefined;
    });
    if (found) {
      scanner.blanks();
      return found;
    }
  }
  for (const [words, operator] of wordOperators) if (scanner.attempt(() => spaced(scanner, words) || undefined)) return operator;
  return undefined;
}

const signs: readonly (readonly [string, MatchOperator])[] = [
  ['==', 'Equal'],
  ['!=', 'Not Equal'],
];
const wordOperators: readonly (readonly [readonly string[], MatchOperator])[] = [
  [['contains'], 'In'],
  [['not', 'contains'], 'Not In'],
  [['matches'], 'Matches'],
  [['not', 'matches'], 'Not Matches'],
];

function isEmpty(scanner: Scanner): MatchOperator | undefined {
  if (!scanner.gap() || !scanner.literal('is') || !scanner.gap()) return undefined;
  if (scanner.literal('empty')) return 'Is Empty';
  return scanner.literal('not') && scanner.gap() && scanner.literal('empty') ? 'Is Not Empty' : undefined;
}

function valueFirst(scanner: Scanner): Match | undefined {
  const value = valueText(scanner);
  if (value === undefined) return undefined;
  const within = scanner.attempt(() => spaced(scanner, ['in']) || undefined);
  const without = within ? undefined : scanner.attempt(() => spaced(scanner, ['not', 'in']) || undefined);
  const path = within || without ? selector(scanner) : undefined;
  return path && { kind: 'match', path, operator: within ? 'In' : 'Not In', value };
}

/** Words with blanks before, between and after. */
function spaced(scanner: Scanner, words: readonly string[]): boolean {
  return words.every((word) => scanner.gap() && scanner.literal(word)) && scanner.gap();
}

const between = (scanner: Scanner, word: string): boolean => spaced(scanner, [word]);

function selector(scanner: Scanner): string[] | undefined {
  const first = scanner.take(identifier);
  if (first === undefined) return undefined;
  const path = [first];
  for (;;) {
    const part = scanner.attempt(() => (scanner.literal('.') ? scanner.take(identifier) : undefined)) ?? index(scanner);
    if (part === undefined) return path;
    path.push(part);
  }
}

const identifier = /[a-zA-Z][a-zA-Z0-9_]*/y;

function index(scanner: Scanner): string | undefined {
  if (!scanner.literal('[')) return undefined;
  scanner.blanks();
  const key = quoted(scanner);
  if (key === undefined) throw scanner.ruleFault('index', 'Invalid index');
  scanner.blanks();
  if (!scanner.literal(']')) throw scanner.ruleFault('index', 'Unclosed index expression');
  return key;
}

/** A bare word is a value too: `Status == passing`. */
function valueText(scanner: Scanner): string | undefined {
  const word = scanner.attempt(() => selector(scanner));
  return word?.join('.') ?? number(scanner) ?? quoted(scanner);
}

function number(scanner: Scanner): string | undefined {
  const digits = scanner.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?/y);
  if (digits === undefined) return undefined;
  if (scanner.atEnd || /[ \t\r\n)]/.test(scanner.text.charAt(scanner.position))) return digits;
  throw scanner.ruleFault('number', 'Invalid number literal');
}

function quoted(scanner: Scanner): string | undefined {
  const raw = scanner.take(/`[^`]*`/y);
  if (raw !== undefined) return raw.slice(1, -1);
  const text = scanner.take(/"(?:[^"\\]|\\[\s\S])*"/y);
  if (text !== undefined) return unescaped(scanner, text.slice(1, -1));
  if (!/[`"]/.test(scanner.text.charAt(scanner.position))) return undefined;
  scanner.position = scanner.text.length;
  throw scanner.ruleFault('string', 'Unterminated string literal');
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** Go's escapes in a double-quoted string. */
function unescaped(scanner: Scanner, text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g, (_whole, sequence: string) => {
    const simple = simpleEscapes[sequence];
    if (simple !== undefined) return simple;
    const code = /^[0-7]{3}$/.test(sequence) ? Number.parseInt(sequence, 8) : Number.parseInt(sequence.slice(1), 16);
    if (sequence.length === 1 || !(code <= 0x10ffff)) throw scanner.ruleFault('string', 'invalid syntax');
    return String.fromCodePoint(code);
  });
}
