/**
 * Compiling a template once and rendering it many times: the door between the engines (Go syntax, Handlebars) and the runtime.
 */
import type { DataSource, MissingData } from './data-source.js';

/** `both` is for native resources: the functions of confd and of consul-template; where a name clashes confd's meaning wins. */
export type Dialect = 'go' | 'confd' | 'consul-template' | 'both';

export interface TemplateOptions {
  /** The bytes of the template, or its text. */
  readonly text: string | Uint8Array;
  /** In error texts: the base name of the file (consul-template: ''). */
  readonly name: string;
  readonly syntax: 'go' | 'handlebars';
  readonly dialect: Dialect;
  /** Go syntax only; default `{{` and `}}`. */
  readonly delimiters?: readonly [left: string, right: string];
  /** Go syntax only: what a missing map key is. Default `default`; consul-template uses `zero`. */
  readonly missingKey?: 'default' | 'zero' | 'error';
  /** Where confd's `include` finds templates; without it `include` is refused. */
  readonly templateDirectory?: string;
  /** The directory that `file` and `writeToFile` stay in, whatever links there are; none without it. */
  readonly sandbox?: string | undefined;
  /** Functions that fail when they are called. */
  readonly denied?: readonly string[] | undefined;
}

/** One rendering. The bytes count only when nothing is missing. */
export interface Rendering {
  readonly bytes: Uint8Array;
  /** What was asked for and is not there yet, each dependency once, in the order of asking. */
  readonly missing: readonly MissingData[];
}

export interface Template {
  /** @throws TemplateError when the template fails; its `missing` tells what was not there at that moment (then fetch and try again). */
  render(source: DataSource, data?: unknown): Rendering;
}
