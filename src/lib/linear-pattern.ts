/**
 * Regular expressions from outside, in RE2's syntax, matched in time linear in the input: a pattern that a stranger sends may never
 * run in `RegExp`, where "(a+)+$" takes for ever. The only door to re2js.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export interface LinearPattern {
  /** Whether it matches anywhere in `text`. */
  test(text: string): boolean;
  /** The first match, null when there is none. */
  find(text: string): string | null;
  /** The first match and its groups, '' for those that took no part; null when there is no match. */
  groups(text: string): readonly string[] | null;
  /** Where the matches are, one behind another, `most` of them at most; an empty one right behind another does not count. */
  spans(text: string, most: number): readonly (readonly [start: number, end: number])[];
  /** Every match replaced; in `replacement` `$1`, `${1}` and `${name}` are groups, `$$` is a dollar sign (Go's Regexp.Expand). */
  replaceAll(text: string, replacement: string): string;
}

export class PatternError extends Error {}

/** @throws PatternError with the fault in RE2's words */
export function linearPattern(source: string): LinearPattern {
  try {
    const compiled = RE2JS.compile(source);
    return {
      test: (text) => compiled.test(text),
      find: (text) => {
        const matcher = compiled.matcher(text);
        return matcher.find() ? matcher.group() : null;
      },
      groups: (text) => {
        const matcher = compiled.matcher(text);
        if (!matcher.find()) return null;
        return Array.from({ length: matcher.groupCount() + 1 }, (_, number) => matcher.group(number) ?? '');
      },
      spans: (text, most) => spansOf(compiled, text, most),
      replaceAll: (text, replacement) => replaceAll(compiled, text, replacement),
    };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw new PatternError(error.message, { cause: error });
    throw error;
  }
}

function spansOf(pattern: RE2JS, text: string, most: number): (readonly [number, number])[] {
  const matcher = pattern.matcher(text);
  const spans: (readonly [number, number])[] = [];
  while (spans.length < most && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start !== end || start !== spans.at(-1)?.[1]) spans.push([start, end]);
  }
  return spans;
}

function replaceAll(pattern: RE2JS, text: string, replacement: string): string {
  const matcher = pattern.matcher(text);
  let result = '';
  let end = -1;
  while (matcher.find()) {
    // An empty match right behind another match does not count.
    if (matcher.end() === matcher.start() && matcher.start() === end) continue;
    result += text.slice(Math.max(end, 0), matcher.start()) + expand(replacement, matcher, pattern.namedGroups());
    end = matcher.end();
  }
  return result + text.slice(Math.max(end, 0));
}

/** A name is the longest run of letters, digits and underscores: `$1x` is the group called "1x". A group that is none is empty. */
function expand(replacement: string, matcher: Matcher, names: Readonly<Record<string, number>>): string {
  return replacement.replace(/\$(?:(\$)|([\p{L}\p{N}_]+)|\{([\p{L}\p{N}_]+)\})/gu, (_, dollar?: string, bare?: string, braced?: string) => {
    if (dollar !== undefined) return dollar;
    const name = bare ?? braced ?? '';
    const number = /^[0-9]+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined;
    return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '');
  });
}

type Matcher = ReturnType<RE2JS['matcher']>;
