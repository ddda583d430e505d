/**
 * Tokens to a tree. The grammar and the words of the errors are those of Go 1.19's text/template; every error names the line of the
 * token at hand and the first one ends the parse.
 */
import { Lexer } from './lexer.js';
import type {
  ActionNode,
  BranchNode,
  BreakNode,
  CommandNode,
  ListNode,
  Operand,
  PipeNode,
  Statement,
  TemplateNode,
  TemplateTree,
} from './node.js';
import { NumberError, readNumber } from './number-literal.js';
import { quote, unquote } from './quote.js';
import type { Token, TokenKind } from './token.js';
import { TokenReader } from './token-reader.js';

export interface ParseOptions {
  readonly source: string;
  readonly name: string;
  readonly delimiters: readonly [left: string, right: string];
  /** Names that may be called. */
  readonly isFunction: (name: string) => boolean;
}

/** Parentheses, blocks and `else if` inside one another; beyond it a template is refused before it exhausts the stack. */
const nestingMax = 500;

/** @throws ParseError whose message is `template: NAME:LINE: …` */
export function parseTemplate(options: ParseOptions): TemplateTree {
  const parser = new Parser(options);
  return { name: options.name, source: options.source, templates: parser.file() };
}

type Ending = 'end' | 'else';

class Parser {
  readonly #options: ParseOptions;
  readonly #tokens: TokenReader;
  readonly #templates = new Map<string, ListNode>();
  #variables: string[] = ['$'];
  #rangeDepth = 0;
  #nesting = 0;

  constructor(options: ParseOptions) {
    this.#options = options;
    this.#tokens = new TokenReader(new Lexer(options.source, options.delimiters), options.name);
  }

  file(): ReadonlyMap<string, ListNode> {
    const statements: Statement[] = [];
    const position = this.#tokens.peek().position;
    while (this.#tokens.peek().kind !== 'eof') {
      if (this.#definition()) continue;
      const statement = this.#statement();
      if (typeof statement === 'string') this.#tokens.fail(`unexpected {{${statement}}}`);
      statements.push(statement);
    }
    this.#add(this.#options.name, { kind: 'list', position, statements });
    return this.#templates;
  }

  /** `{{define "name"}}…{{end}}`, at the top level only. */
  #definition(): boolean {
    const delimiter = this.#tokens.peek();
    if (delimiter.kind !== 'left-delimiter') return false;
    this.#tokens.next();
    const word = this.#tokens.nextWord();
    if (word.kind !== 'define') {
      this.#tokens.backup(delimiter, word);
      return false;
    }
    const context = 'define clause';
    const name = this.#quotedName(this.#tokens.expect(['string', 'raw-string'], context), context);
    this.#tokens.expect(['right-delimiter'], context);
    this.#add(name, this.#nested(context));
    return true;
  }

  /** The body of a define or block: a template of its own, with its own variables, up to its end. */
  #nested(context: string): ListNode {
    const outer = { variables: this.#variables, rangeDepth: this.#rangeDepth };
    this.#variables = ['$'];
    this.#rangeDepth = 0;
    const { list, ending } = this.#list();
    if (ending !== 'end') this.#tokens.fail(`unexpected {{${ending}}} in ${context}`);
    this.#variables = outer.variables;
    this.#rangeDepth = outer.rangeDepth;
    return list;
  }

  /** An empty definition does not replace one with content; two with content are an error. */
  #add(name: string, list: ListNode): void {
    const known = this.#templates.get(name);
    if (!known || isEmpty(known)) this.#templates.set(name, list);
    else if (!isEmpty(list)) this.#tokens.fail(`template: multiple definition of template ${quote(name)}`);
  }

  #list(): { list: ListNode; ending: Ending } {
    if (++this.#nesting > nestingMax) this.#tokens.fail(`more than ${nestingMax} blocks inside one another`);
    const statements: Statement[] = [];
    const { position } = this.#tokens.peekWord();
    while (this.#tokens.peekWord().kind !== 'eof') {
      const statement = this.#statement();
      if (typeof statement === 'string') {
        this.#nesting--;
        return { list: { kind: 'list', position, statements }, ending: statement };
      }
      statements.push(statement);
    }
    return this.#tokens.fail('unexpected EOF');
  }

  #statement(): Statement | Ending {
    const token = this.#tokens.nextWord();
    if (token.kind === 'text') return { kind: 'text', position: token.position, text: token.text };
    if (token.kind !== 'left-delimiter') return this.#tokens.unexpected(token, 'input');
    this.#tokens.actionLine = token.line;
    const statement = this.#action();
    this.#tokens.actionLine = 0;
    return statement;
  }

  #action(): Statement | Ending {
    const token = this.#tokens.nextWord();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token, token.kind);
      case 'else':
        return this.#else();
      case 'end':
        this.#tokens.expect(['right-delimiter'], 'end');
        return 'end';
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token, token.kind);
      case 'template':
        return this.#template();
      default:
        return this.#output(token);
    }
  }

  #output(token: Token): ActionNode {
    this.#tokens.backup(token);
    const { position } = this.#tokens.peek();
    return { kind: 'action', position, pipe: this.#pipeline('command', 'right-delimiter') };
  }

  #jump({ position }: Token, kind: 'break' | 'continue'): BreakNode {
    const token = this.#tokens.nextWord();
    if (token.kind !== 'right-delimiter') this.#tokens.unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  /** `{{else if …}}` leaves the `if` to the branch that reads on. */
  #else(): Ending {
    if (this.#tokens.peekWord().kind !== 'if') this.#tokens.expect(['right-delimiter'], 'else');
    return 'else';
  }

  #branch({ position }: Token, kind: BranchNode['kind']): BranchNode {
    const visible = this.#variables.length;
    const pipe = this.#pipeline(kind, 'right-delimiter');
    if (kind === 'range') this.#rangeDepth++;
    const { list: body, ending } = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : undefined;
    this.#variables.length = visible;
    return { kind, position, pipe, body, otherwise };
  }

  #otherwise(kind: BranchNode['kind']): ListNode {
    const next = this.#tokens.peek();
    if (kind === 'if' && next.kind === 'if') {
      this.#tokens.next();
      // The chained `if` takes the one {{end}} of both, and counts as one inside the other: its body sees to the limit.
      this.#nesting++;
      const chained = this.#branch(next, 'if');
      this.#nesting--;
      return { kind: 'list', position: next.position, statements: [chained] };
    }
    const { list, ending } = this.#list();
    if (ending !== 'end') this.#tokens.fail(`expected end; found {{${ending}}}`);
    return list;
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#tokens.nextWord();
    const name = this.#quotedName(token, context);
    const pipe = this.#pipeline(context, 'right-delimiter');
    this.#add(name, this.#nested(context));
    return { kind: 'template', position: token.position, name, pipe };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#tokens.nextWord();
    const name = this.#quotedName(token, context);
    const next = this.#tokens.nextWord();
    if (next.kind === 'right-delimiter') return { kind: 'template', position: token.position, name, pipe: undefined };
    this.#tokens.backup(next);
    return { kind: 'template', position: token.position, name, pipe: this.#pipeline(context, 'right-delimiter') };
  }

  #quotedName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'raw-string') return this.#tokens.unexpected(token, context);
    return unquote(token.text) ?? this.#tokens.fail('invalid syntax');
  }

  #pipeline(context: string, end: TokenKind): PipeNode {
    const { position } = this.#tokens.peekWord();
    const { variables, isAssignment } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.nextWord();
      if (token.kind === end) break;
      if (!startsOperand.has(token.kind)) this.#tokens.unexpected(token, context);
      this.#tokens.backup(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    for (const [i, command] of commands.entries()) {
      // A value can begin a pipeline, but takes nothing from the stage before.
      if (i > 0 && isPlainValue(command.operands[0])) this.#tokens.fail(`non executable command in pipeline stage ${i + 1}`);
    }
    return { kind: 'pipe', position, variables, isAssignment, commands };
  }

  /** `$x :=`, `$x =`, and in range `$i, $v :=`. What turns out to be an operand goes back. */
  #declarations(context: string): { variables: string[]; isAssignment: boolean } {
    const variables: string[] = [];
    while (this.#tokens.peekWord().kind === 'variable') {
      const variable = this.#tokens.nextWord();
      const after = this.#tokens.next();
      const next = after.kind === 'space' ? this.#tokens.nextWord() : after;
      const isComma = next.kind === 'character' && next.text === ',';
      if (next.kind !== 'assign' && next.kind !== 'declare' && !isComma) {
        this.#tokens.backup(variable, ...(after.kind === 'space' ? [after, next] : [next]));
        break;
      }
      variables.push(variable.text);
      this.#variables.push(variable.text);
      if (!isComma) return { variables, isAssignment: next.kind === 'assign' };
      if (context !== 'range' || variables.length > 1) this.#tokens.fail(`too many declarations in ${context}`);
      const following = this.#tokens.peekWord().kind;
      if (following === 'right-delimiter' || following === 'right-parenthesis') break;
      if (following !== 'variable') this.#tokens.fail('range can only initialize variables');
    }
    return { variables, isAssignment: false };
  }

  #command(): CommandNode {
    const { position } = this.#tokens.peekWord();
    const operands: Operand[] = [];
    for (;;) {
      const operand = this.#operand();
      if (operand) operands.push(operand);
      const token = this.#tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'right-delimiter' || token.kind === 'right-parenthesis') this.#tokens.backup(token);
      else if (token.kind !== 'pipe') this.#tokens.unexpected(token, 'operand');
      break;
    }
    const [first, ...others] = operands;
    if (!first) return this.#tokens.fail('empty command');
    return { kind: 'command', position, operands: [first, ...others] };
  }

  /** A term with the fields that follow it directly: `(index . 0).name`. */
  #operand(): Operand | undefined {
    const term = this.#term();
    if (!term || this.#tokens.peek().kind !== 'field') return term;
    const { position } = this.#tokens.peek();
    const names: string[] = [];
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text.slice(1));
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { ...term, position, names: [...term.names, ...names] };
      case 'pipe':
      case 'identifier':
        return { kind: 'chain', position, base: term, names };
      case 'chain':
        throw new TypeError('a term is no chain');
      default:
        return this.#tokens.fail(`unexpected . after term ${quote(termText(term))}`);
    }
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextWord();
    const { position, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#options.isFunction(text)) this.#tokens.fail(`function ${quote(text)} not defined`);
        return { kind: 'identifier', position, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, position };
      case 'variable':
        if (!this.#variables.includes(text)) this.#tokens.fail(`undefined variable ${quote(text)}`);
        return { kind: 'variable', position, variable: text, names: [] };
      case 'field':
        return { kind: 'field', position, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', position, value: text === 'true' };
      case 'number':
      case 'complex':
      case 'character-constant':
        return { kind: 'number', position, text, value: this.#number(text, token.kind) };
      case 'string':
      case 'raw-string':
        return { kind: 'string', position, literal: text, value: unquote(text) ?? this.#tokens.fail('invalid syntax') };
      case 'left-parenthesis':
        return this.#parenthesized();
      default:
        this.#tokens.backup(token);
        return undefined;
    }
  }

  #parenthesized(): PipeNode {
    if (++this.#nesting > nestingMax) this.#tokens.fail(`more than ${nestingMax} parentheses inside one another`);
    const pipe = this.#pipeline('parenthesized pipeline', 'right-parenthesis');
    this.#nesting--;
    return pipe;
  }

  #number(text: string, kind: 'number' | 'complex' | 'character-constant') {
    try {
      return readNumber(text, kind);
    } catch (error) {
      if (error instanceof NumberError) return this.#tokens.fail(error.message);
      throw error;
    }
  }
}

const startsOperand: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'character-constant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-parenthesis',
]);

function isPlainValue({ kind }: Operand): boolean {
  return kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string';
}

function isEmpty(list: ListNode): boolean {
  return list.statements.every((statement) => statement.kind === 'text' && /^[ \t\r\n\f\v]*$/.test(statement.text));
}

function termText(term: Operand): string {
  switch (term.kind) {
    case 'dot':
      return '.';
    case 'bool':
      return String(term.value);
    case 'number':
      return term.text;
    case 'string':
      return term.literal;
    default:
      return 'nil';
  }
}
