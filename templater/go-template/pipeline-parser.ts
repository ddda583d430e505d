/** What stands inside the braces: pipelines of commands, commands of operands, and the variables that can be seen there. */
import type { Nesting } from './nesting.js';
import type { CommandNode, Operand, PipeNode } from './node.js';
import { NumberError, readNumber } from './number-literal.js';
import { quote, unquote } from './quote.js';
import type { TokenKind } from './token.js';
import type { TokenReader } from './token-reader.js';

export interface PipelineParserParts {
  readonly tokens: TokenReader;
  readonly nesting: Nesting;
  /** Names that may be called. */
  readonly isFunction: (name: string) => boolean;
}

export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #nesting: Nesting;
  readonly #isFunction: (name: string) => boolean;
  /** Those that can be seen, with their dollar signs. The blocks around a pipeline say when one can be seen no more. */
  variables: string[] = ['$'];

  constructor({ tokens, nesting, isFunction }: PipelineParserParts) {
    this.#tokens = tokens;
    this.#nesting = nesting;
    this.#isFunction = isFunction;
  }

  /**
   * Up to and with the token that ends it. Variables that it declares can be seen afterwards.
   * @param context what it belongs to, for the errors: "range", "command"
   */
  parse(context: string, end: TokenKind): PipeNode {
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
      this.variables.push(variable.text);
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
        if (!this.#isFunction(text)) this.#tokens.fail(`function ${quote(text)} not defined`);
        return { kind: 'identifier', position, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, position };
      case 'variable':
        if (!this.variables.includes(text)) this.#tokens.fail(`undefined variable ${quote(text)}`);
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
    this.#nesting.enter('parentheses');
    const pipe = this.parse('parenthesized pipeline', 'right-parenthesis');
    this.#nesting.leave();
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
