/** How deep the parser is inside blocks, parentheses and `else if`: beyond a limit a template is refused before it exhausts the stack. */
import type { TokenReader } from './token-reader.js';

const nestingMax = 500;

export class Nesting {
  readonly #tokens: TokenReader;
  #depth = 0;

  constructor(tokens: TokenReader) {
    this.#tokens = tokens;
  }

  /** @throws ParseError */
  enter(what: 'blocks' | 'parentheses'): void {
    if (++this.#depth > nestingMax) this.#tokens.fail(`more than ${nestingMax} ${what} inside one another`);
  }

  leave(): void {
    this.#depth--;
  }
}
