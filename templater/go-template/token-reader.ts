/** Tokens with look-ahead, and the parse errors that name the line of the token at hand. */
import { toText, truncateRunes } from './byte-string.js';
import type { Lexer } from './lexer.js';
import { quote } from './quote.js';
import { isKeyword, type Token, type TokenKind } from './token.js';

export class ParseError extends Error {}

/** Longer tokens are cut in messages. */
const shownMax = 10;

export class TokenReader {
  readonly #lexer: Lexer;
  readonly #name: string;
  /** Tokens that were given back, the next one last. */
  readonly #waiting: Token[] = [];
  #line = 1;
  /** The line where the action being read began, 0 outside of actions. */
  actionLine = 0;

  constructor(lexer: Lexer, name: string) {
    this.#lexer = lexer;
    this.#name = name;
  }

  next(): Token {
    const token = this.#waiting.pop() ?? this.#lexer.next();
    this.#line = token.line;
    return token;
  }

  peek(): Token {
    const token = this.next();
    this.#waiting.push(token);
    return token;
  }

  /** Blanks left out. */
  nextWord(): Token {
    const token = this.next();
    return token.kind === 'space' ? this.nextWord() : token;
  }

  peekWord(): Token {
    const token = this.nextWord();
    this.#waiting.push(token);
    return token;
  }

  /** Gives tokens back, named in the order of the source. */
  backup(...tokens: readonly Token[]): void {
    this.#waiting.push(...tokens.toReversed());
  }

  expect(kinds: readonly TokenKind[], context: string): Token {
    const token = this.nextWord();
    return kinds.includes(token.kind) ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') return this.fail(`unexpected ${shown(token)} in ${context}`);
    if (this.actionLine === 0 || this.actionLine === token.line) return this.fail(token.text);
    const started = `started at ${this.#name}:${this.actionLine}`;
    return this.fail(token.text.endsWith(' action') ? `${token.text} ${started}` : `${token.text} in action ${started}`);
  }

  fail(message: string): never {
    throw new ParseError(toText(`template: ${this.#name}:${this.#line}: ${message}`));
  }
}

function shown(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (isKeyword(token)) return `<${token.text}>`;
  return token.text.length > shownMax ? `${quote(truncateRunes(token.text, shownMax))}...` : quote(token.text);
}
