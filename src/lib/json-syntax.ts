/**
 * The first mistake of a JSON text with its place, in the words of Go's encoding/json. JSON.parse says neither the place dependably nor
 * the words that users compare. Only looks; JSON.parse makes the value.
 */
export interface JsonMistake {
  readonly text: string;
  /** Of the character that cannot be, in UTF-16 units. */
  readonly offset: number;
}

/** Go's decoder stops there too. */
const depthMax = 10_000;

/** null when the text is JSON. */
export function findJsonError(source: string): JsonMistake | null {
  const scanner = new Scanner(source);
  try {
    scanner.value(0);
    scanner.end();
    return null;
  } catch (mistake) {
    if (mistake instanceof Found) return { text: mistake.message, offset: mistake.offset };
    throw mistake;
  }
}

class Found extends Error {
  readonly offset: number;
  constructor(text: string, offset: number) {
    super(text);
    this.offset = offset;
  }
}

class Scanner {
  private readonly source: string;
  private offset = 0;

  constructor(source: string) {
    this.source = source;
  }

  value(depth: number): void {
    if (depth > depthMax) throw new Found('exceeded max depth', this.offset);
    this.blanks();
    const character = this.peek();
    if (character === '{') this.object(depth);
    else if (character === '[') this.array(depth);
    else if (character === '"') this.string();
    else if (character === '-' || isDigit(character)) this.number();
    else this.literal({ t: 'true', f: 'false', n: 'null' }[character] ?? '');
  }

  end(): void {
    this.blanks();
    if (this.offset < this.source.length) this.fail('after top-level value');
  }

  private object(depth: number): void {
    this.offset += 1;
    this.blanks();
    if (this.peek() === '}') {
      this.offset += 1;
      return;
    }
    for (;;) {
      this.blanks();
      if (this.peek() !== '"') this.fail('looking for beginning of object key string');
      this.string();
      this.blanks();
      if (this.peek() !== ':') this.fail('after object key');
      this.offset += 1;
      this.value(depth + 1);
      this.blanks();
      const next = this.peek();
      if (next !== ',' && next !== '}') this.fail('after object key:value pair');
      this.offset += 1;
      if (next === '}') return;
    }
  }

  private array(depth: number): void {
    this.offset += 1;
    this.blanks();
    if (this.peek() === ']') {
      this.offset += 1;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      this.blanks();
      const next = this.peek();
      if (next !== ',' && next !== ']') this.fail('after array element');
      this.offset += 1;
      if (next === ']') return;
    }
  }

  private string(): void {
    this.offset += 1;
    for (;;) {
      const character = this.peek();
      if (character === '"') break;
      if (character < ' ') this.fail('in string literal');
      this.offset += 1;
      if (character === '\\') this.escape();
    }
    this.offset += 1;
  }

  private escape(): void {
    const code = this.peek();
    if (!'"\\/bfnrtu'.includes(code)) this.fail('in string escape code');
    this.offset += 1;
    if (code !== 'u') return;
    for (let digits = 0; digits < 4; digits++) {
      if (!/[0-9a-fA-F]/.test(this.peek())) this.fail('in \\u hexadecimal character escape');
      this.offset += 1;
    }
  }

  private number(): void {
    if (this.peek() === '-') this.offset += 1;
    if (this.peek() === '0') this.offset += 1;
    else this.digits('in numeric literal');
    if (this.source[this.offset] === '.') {
      this.offset += 1;
      this.digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.source[this.offset] ?? '')) {
      this.offset += 1;
      if (/[+-]/.test(this.peek())) this.offset += 1;
      this.digits('in exponent of numeric literal');
    }
  }

  private digits(where: string): void {
    if (!isDigit(this.peek())) this.fail(where);
    while (isDigit(this.source[this.offset] ?? '')) this.offset += 1;
  }

  private literal(word: string): void {
    if (word === '') this.fail('looking for beginning of value');
    for (const expected of word) {
      if (this.peek() !== expected) this.fail(`in literal ${word} (expecting '${expected}')`);
      this.offset += 1;
    }
  }

  private blanks(): void {
    while (/[ \t\r\n]/.test(this.source[this.offset] ?? '')) this.offset += 1;
  }

  private peek(): string {
    const character = this.source[this.offset];
    if (character === undefined) throw new Found('unexpected end of JSON input', this.offset);
    return character;
  }

  private fail(where: string): never {
    throw new Found(`invalid character ${quoted(String.fromCodePoint(this.source.codePointAt(this.offset) ?? 0))} ${where}`, this.offset);
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  const named = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\\': '\\\\' }[character];
  if (named) return `'${named}'`;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 ? `'\\x${code.toString(16).padStart(2, '0')}'` : `'${character}'`;
}
