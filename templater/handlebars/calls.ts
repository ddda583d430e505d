/**
 * Which names of a Handlebars template are calls of template functions. Calls are renamed in the tree, so that the functions' names
 * take nothing away: a helper called `key` would otherwise answer for `{{@key}}`, and one called `index` for a field of that name.
 *
 * A name is a call when it has arguments or stands in parentheses or opens a block, or when it stands alone and can be called without
 * arguments. Everything else is a field, and `{{this.name}}` always is.
 */
import type { GoFunction } from '../go-template/value.js';
import { isPartial, walk } from './syntax.js';

export interface CallSite {
  readonly name: string;
  /** From 1, and from 0: in characters. */
  readonly line: number;
  readonly column: number;
}

/** Registered name of a function; no template can write it as a plain name. */
export function helperName(name: string): string {
  return `function:${name}`;
}

const ownHelpers: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with', 'lookup']);

/** Renames the calls; what is called but not known comes back. */
export function renameCalls(program: hbs.AST.Program, functions: ReadonlyMap<string, GoFunction>): readonly CallSite[] {
  const unknown: CallSite[] = [];
  new Walker(functions, unknown).program(program);
  return unknown;
}

/** Names that may be calls, and some that are none: which functions to load before `renameCalls` decides. */
export function possibleCalls(program: hbs.AST.Program | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (isPath(node) && node.parts.length === 1) names.add(String(node.parts[0]));
  });
  return names;
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

class Walker {
  readonly #functions: ReadonlyMap<string, GoFunction>;
  readonly #unknown: CallSite[];
  /** Names that the blocks around declare: `as |item index|`. */
  #declared: readonly string[] = [];

  constructor(functions: ReadonlyMap<string, GoFunction>, unknown: CallSite[]) {
    this.#functions = functions;
    this.#unknown = unknown;
  }

  program(program: hbs.AST.Program | undefined): void {
    if (!program) return;
    const outer = this.#declared;
    this.#declared = [...outer, ...(program.blockParams ?? [])];
    for (const statement of program.body) this.#statement(statement);
    this.#declared = outer;
  }

  #statement(statement: hbs.AST.Statement): void {
    if (isMustache(statement)) this.#call(statement, { isBare: statement.params.length === 0 && !statement.hash });
    else if (isBlock(statement)) {
      this.#call(statement, { isBare: false });
      this.program(statement.program);
      this.program(statement.inverse);
    } else if (isPartial(statement)) {
      for (const parameter of statement.params) this.#expression(parameter);
      for (const pair of statement.hash?.pairs ?? []) this.#expression(pair.value);
      if ('program' in statement) this.program(statement.program);
    } else if (isDecorator(statement)) {
      this.#decorator(statement);
      if ('program' in statement) this.program(statement.program);
    }
  }

  /** There is one: `{{#*inline "name"}}`. */
  #decorator({ path, loc: { start } }: hbs.AST.Decorator | hbs.AST.DecoratorBlock): void {
    const name = isPath(path) ? path.original : '';
    if (name !== 'inline') this.#unknown.push({ name: `*${name}`, line: start.line, column: start.column });
  }

  #call(call: Call, { isBare }: { isBare: boolean }): void {
    for (const parameter of call.params) this.#expression(parameter);
    for (const pair of call.hash?.pairs ?? []) this.#expression(pair.value);
    const { path } = call;
    if (!isPath(path) || path.data || path.depth > 0 || path.parts.length !== 1 || /^this\b|^\.\//.test(path.original)) return;
    const [name = ''] = path.parts;
    if (this.#declared.includes(name) || ownHelpers.has(name)) return;
    const callee = this.#functions.get(name);
    if (callee && (!isBare || callee.parameters.length === 0)) {
      path.parts[0] = helperName(name);
      path.original = helperName(name);
    } else if (!isBare && !(isBlock(call) && call.params.length === 0)) {
      this.#unknown.push({ name, line: path.loc.start.line, column: path.loc.start.column });
    }
  }

  #expression(expression: hbs.AST.Expression): void {
    if (isSubExpression(expression)) this.#call(expression, { isBare: false });
  }
}

function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement';
}

function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement';
}

function isDecorator(node: hbs.AST.Node): node is hbs.AST.Decorator | hbs.AST.DecoratorBlock {
  return node.type === 'Decorator' || node.type === 'DecoratorBlock';
}

function isSubExpression(node: hbs.AST.Node): node is hbs.AST.SubExpression {
  return node.type === 'SubExpression';
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}
