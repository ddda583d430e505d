/** The engine's door: Go's text/template, compiled once and run many times. Everything that goes in and out is byte strings. */
import type { CallContext } from '../call-context.js';
import { compilePrograms } from './compile.js';
import { Execution } from './execution.js';
import type { MissingKey } from './machine.js';
import type { TemplateTree } from './node.js';
import { parseTemplate } from './parser.js';
import type { GoFunction, GoValue } from './value.js';

export interface ParseGoOptions {
  readonly source: string;
  readonly name: string;
  /** Which names may be called. */
  readonly isFunction: (name: string) => boolean;
  readonly delimiters?: readonly [left: string, right: string] | undefined;
}

export interface ParsedGoTemplate {
  readonly tree: TemplateTree;
  /** Names of the functions it calls. */
  readonly called: ReadonlySet<string>;
}

export interface GoTemplate {
  /** @throws ExecutionError */
  run(data: GoValue, context: (execution: Execution) => CallContext): string;
}

/** @throws ParseError */
export function parseGoTemplate({ source, name, isFunction, delimiters }: ParseGoOptions): ParsedGoTemplate {
  // An empty delimiter is the default one, as in Go.
  const [left, right] = delimiters ?? ['', ''];
  const called = new Set<string>();
  const callable = (word: string) => {
    if (!isFunction(word)) return false;
    called.add(word);
    return true;
  };
  const tree = parseTemplate({ source, name, delimiters: [left || '{{', right || '}}'], isFunction: callable });
  return { tree, called };
}

/** @param functions must have everything the template calls */
export function linkGoTemplate(
  { tree }: ParsedGoTemplate,
  {
    functions,
    missingKey = 'default',
  }: { readonly functions: ReadonlyMap<string, GoFunction>; readonly missingKey?: MissingKey | undefined },
): GoTemplate {
  const programs = compilePrograms(tree, functions);
  return { run: (data, context) => new Execution({ tree, programs, missingKey, context }).run(tree.name, data) };
}
