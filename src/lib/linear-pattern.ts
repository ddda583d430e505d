/**
 * Regular expressions from outside, in RE2's syntax, matched in time linear in the input: a pattern that a stranger sends may never
 * run in `RegExp`, where "(a+)+$" takes for ever. The only door to re2js.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export interface LinearPattern {
  /** Whether it matches anywhere in `text`. */
  test(text: string): boolean;
}

export class PatternError extends Error {}

/** @throws PatternError with the fault in RE2's words */
export function linearPattern(source: string): LinearPattern {
  try {
    const compiled = RE2JS.compile(source);
    return { test: (text) => compiled.test(text) };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw new PatternError(error.message, { cause: error });
    throw error;
  }
}
