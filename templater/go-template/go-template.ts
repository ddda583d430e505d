/** The engine's door: Go's text/template, compiled once and run many times. Everything that goes in and out is byte strings. */
import type { CallContext } from '../call-context.js';
import { compilePrograms } from './compile.js';
import { Execution } from './execution.js';
import type { MissingKey } from './machine.js';
import { parseTemplate } from './parser.js';
import type { GoFunction, GoValue } from './value.js';

export interface GoTemplateOptions {
  readonly source: string;
  readonly name: string;
  readonly functions: ReadonlyMap<string, GoFunction>;
  readonly delimiters?: readonly [left: string, right: string] | undefined;
  readonly missingKey?: MissingKey | undefined;
}

export interface GoTemplate {
  /** @throws ExecutionError */
  run(data: GoValue, context: (execution: Execution) => CallContext): string;
}

/** @throws ParseError */
export function compileGoTemplate(options: GoTemplateOptions): GoTemplate {
  const { source, name, functions, missingKey = 'default' } = options;
  // An empty delimiter is the default one, as in Go.
  const [left, right] = options.delimiters ?? ['', ''];
  const tree = parseTemplate({ source, name, delimiters: [left || '{{', right || '}}'], isFunction: (word) => functions.has(word) });
  const programs = compilePrograms(tree, functions);
  return { run: (data, context) => new Execution({ tree, programs, missingKey, context }).run(name, data) };
}
