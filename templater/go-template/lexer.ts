/**
 * Template text to tokens, one at a time, on demand. Outside of actions everything up to the next left delimiter is one text token;
 * trim markers (`{{- ` and ` -}}`) and comments are dealt with here and never reach the parser.
 * The words of the errors are those of Go's text/template: users search for them.
 */
import { decodeRune, runeOf, widthOf } from './byte-string.js';
import { describeRune, isAlphanumeric, isAsciiAlphanumeric, isBlank, isDigit } from './character.js';
import { endOfNumber } from './number-literal.js';
import { endOfQuoted, isPrintable, quote } from './quote.js';
import { keywords, type Token, type TokenKind } from './token.js';
import { isLeftTrimMarker, isRightTrimMarker, trimMarkerLength, trimmedEnd } from './trim-marker.js';

type State = 'text' | 'action' | 'left' | 'right' | 'done';

export class Lexer {
  readonly #input: string;
  readonly #left: string;
  readonly #right: string;
  #state: State = 'text';
  #position = 0;
  /** Where the token being read begins, and its line. */
  #start = 0;
  #startLine = 1;
  #line = 1;
  /** The first newline that is not counted in `#line` yet. */
  #newline: number;
  #parentheses = 0;

  constructor(input: string, delimiters: readonly [left: string, right: string]) {
    this.#input = input;
    this.#left = delimiters[0];
    this.#right = delimiters[1];
    this.#newline = nextNewline(input, 0);
  }

  /** The next token; `eof` or an `error` is the last one and comes again and again. */
  next(): Token {
    for (;;) {
      const token = this.#step();
      if (token) return token;
    }
  }

  #step(): Token | undefined {
    switch (this.#state) {
      case 'text':
        return this.#text();
      case 'left':
        return this.#leftDelimiter();
      case 'right':
        return this.#rightDelimiter();
      case 'action':
        return this.#insideAction();
      case 'done':
        return { kind: 'eof', position: this.#start, line: this.#startLine, text: '' };
    }
  }

  #text(): Token | undefined {
    const found = this.#input.indexOf(this.#left, this.#position);
    if (found < 0) {
      this.#state = 'done';
      this.#position = this.#input.length;
      return this.#position > this.#start ? this.#emitText(this.#position) : undefined;
    }
    this.#state = 'left';
    const trims = isLeftTrimMarker(this.#input, found + this.#left.length);
    const end = trims ? trimmedEnd(this.#input, this.#start, found) : found;
    const token = end > this.#start ? this.#emitText(end) : undefined;
    this.#position = found;
    this.#ignore();
    return token;
  }

  #emitText(end: number): Token {
    this.#position = end;
    return this.#emit('text');
  }

  #leftDelimiter(): Token | undefined {
    this.#position += this.#left.length;
    const marker = isLeftTrimMarker(this.#input, this.#position) ? trimMarkerLength : 0;
    if (this.#input.startsWith('/*', this.#position + marker)) {
      this.#position += marker;
      this.#ignore();
      return this.#comment();
    }
    this.#state = 'action';
    this.#parentheses = 0;
    const token = this.#emit('left-delimiter');
    this.#position += marker;
    this.#ignore();
    return token;
  }

  #comment(): Token | undefined {
    const end = this.#input.indexOf('*/', this.#position + 2);
    if (end < 0) return this.#error('unclosed comment');
    this.#position = end + 2;
    const closing = this.#rightDelimiterLength();
    if (closing === 0) return this.#error('comment ends before closing delimiter');
    this.#position += closing;
    if (closing > this.#right.length) this.#skipBlanks();
    this.#ignore();
    this.#state = 'text';
    return undefined;
  }

  #rightDelimiter(): Token {
    const trims = isRightTrimMarker(this.#input, this.#position);
    if (trims) {
      this.#position += trimMarkerLength;
      this.#ignore();
    }
    this.#position += this.#right.length;
    const token = this.#emit('right-delimiter');
    if (trims) {
      this.#skipBlanks();
      this.#ignore();
    }
    this.#state = 'text';
    return token;
  }

  #insideAction(): Token | undefined {
    if (this.#rightDelimiterLength() > 0) {
      if (this.#parentheses > 0) return this.#error('unclosed left paren');
      this.#state = 'right';
      return undefined;
    }
    const character = this.#input[this.#position];
    if (character === undefined) return this.#error('unclosed action');
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return this.#space();
      case '=':
        return this.#emitNext('assign', 1);
      case ':':
        if (this.#input[this.#position + 1] === '=') return this.#emitNext('declare', 2);
        return this.#error('expected :=');
      case '|':
        return this.#emitNext('pipe', 1);
      case '"':
        return this.#quoted('string');
      case '`':
        return this.#rawQuoted();
      case "'":
        return this.#quoted('character-constant');
      case '$':
        return this.#fieldOrVariable('variable');
      case '(':
        this.#parentheses++;
        return this.#emitNext('left-parenthesis', 1);
      case ')':
        this.#parentheses--;
        return this.#emitNext('right-parenthesis', 1);
      default:
        return this.#word(character);
    }
  }

  #word(character: string): Token {
    const next = this.#input[this.#position + 1];
    if (character === '.' && next !== undefined && !isDigit(next.charCodeAt(0))) return this.#fieldOrVariable('field');
    if (character === '.' || character === '+' || character === '-' || isDigit(character.charCodeAt(0))) return this.#number();
    const packed = decodeRune(this.#input, this.#position);
    if (isAlphanumeric(runeOf(packed))) return this.#identifier();
    if (widthOf(packed) === 1 && runeOf(packed) < 0x7f && isPrintable(runeOf(packed))) return this.#emitNext('character', 1);
    return this.#error(`unrecognized character in action: ${describeRune(runeOf(packed))}`);
  }

  #space(): Token | undefined {
    const from = this.#position;
    while (isBlank(this.#input.charCodeAt(this.#position))) this.#position++;
    // The last blank may belong to a trim marker before the closing delimiter.
    const last = this.#position - 1;
    if (isRightTrimMarker(this.#input, last) && this.#input.startsWith(this.#right, last + trimMarkerLength)) {
      this.#position = last;
      if (last === from) {
        this.#state = 'right';
        return undefined;
      }
    }
    return this.#emit('space');
  }

  #identifier(): Token {
    this.#skipAlphanumerics();
    if (!this.#atTerminator()) return this.#badCharacter();
    const word = this.#input.slice(this.#start, this.#position);
    return this.#emit(word === 'true' || word === 'false' ? 'bool' : (keywords.get(word) ?? 'identifier'));
  }

  /** `.name` or `$name`; a lone `.` or `$` when nothing of interest follows. */
  #fieldOrVariable(kind: 'field' | 'variable'): Token {
    this.#position++;
    if (this.#atTerminator()) return this.#emit(kind === 'variable' ? 'variable' : 'dot');
    this.#skipAlphanumerics();
    return this.#atTerminator() ? this.#emit(kind) : this.#badCharacter();
  }

  #badCharacter(): Token {
    return this.#error(`bad character ${describeRune(runeOf(decodeRune(this.#input, this.#position)))}`);
  }

  #skipAlphanumerics(): void {
    for (;;) {
      const code = this.#input.charCodeAt(this.#position);
      if (code < 0x80 ? !isAsciiAlphanumeric(code) : Number.isNaN(code)) return;
      const packed = decodeRune(this.#input, this.#position);
      if (code >= 0x80 && !isAlphanumeric(runeOf(packed))) return;
      this.#position += widthOf(packed);
    }
  }

  /** Whether what follows can end a name: a blank, the end, one of `.,|:()`, or the closing delimiter. */
  #atTerminator(): boolean {
    const next = this.#input[this.#position];
    if (next === undefined || isBlank(next.charCodeAt(0)) || '.,|:()'.includes(next)) return true;
    return this.#input.startsWith(this.#right, this.#position);
  }

  #quoted(kind: 'string' | 'character-constant'): Token {
    const end = endOfQuoted(this.#input, this.#position);
    if (end < 0) return this.#error(`unterminated ${kind === 'string' ? 'quoted string' : 'character constant'}`);
    this.#position = end;
    return this.#emit(kind);
  }

  #rawQuoted(): Token {
    const end = this.#input.indexOf('`', this.#position + 1);
    if (end < 0) return this.#error('unterminated raw quoted string');
    this.#position = end + 1;
    return this.#emit('raw-string');
  }

  #number(): Token {
    const whole = this.#scanNumber();
    const sign = this.#input[this.#position];
    const isComplex = whole && (sign === '+' || sign === '-');
    if (!whole || (isComplex && (!this.#scanNumber() || this.#input[this.#position - 1] !== 'i'))) {
      return this.#error(`bad number syntax: ${quote(this.#input.slice(this.#start, this.#position))}`);
    }
    return this.#emit(isComplex ? 'complex' : 'number');
  }

  /** Anything that looks like a number; whether it is one decides the parser. False when a letter or digit follows. */
  #scanNumber(): boolean {
    this.#position = endOfNumber(this.#input, this.#position);
    const packed = decodeRune(this.#input, this.#position);
    if (widthOf(packed) === 0 || !isAlphanumeric(runeOf(packed))) return true;
    this.#position += widthOf(packed);
    return false;
  }

  /** Length of the closing delimiter here, with its trim marker; 0 when it is not here. */
  #rightDelimiterLength(): number {
    if (isRightTrimMarker(this.#input, this.#position) && this.#input.startsWith(this.#right, this.#position + trimMarkerLength)) {
      return trimMarkerLength + this.#right.length;
    }
    return this.#input.startsWith(this.#right, this.#position) ? this.#right.length : 0;
  }

  #skipBlanks(): void {
    while (isBlank(this.#input.charCodeAt(this.#position))) this.#position++;
  }

  #emitNext(kind: TokenKind, length: number): Token {
    this.#position += length;
    return this.#emit(kind);
  }

  #emit(kind: TokenKind): Token {
    const token = { kind, position: this.#start, line: this.#startLine, text: this.#input.slice(this.#start, this.#position) };
    this.#ignore();
    return token;
  }

  /** Drops what was read since the last token, counting its lines. */
  #ignore(): void {
    while (this.#newline < this.#position) {
      this.#line++;
      this.#newline = nextNewline(this.#input, this.#newline + 1);
    }
    this.#start = this.#position;
    this.#startLine = this.#line;
  }

  #error(text: string): Token {
    const token: Token = { kind: 'error', position: this.#start, line: this.#startLine, text };
    this.#state = 'done';
    return token;
  }
}

function nextNewline(input: string, from: number): number {
  const found = input.indexOf('\n', from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}
