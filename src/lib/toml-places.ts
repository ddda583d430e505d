/**
 * On which line of a TOML text each key stands, which the parser does not tell: for error messages. It reads only as much of the grammar
 * as it takes to skip values, so the text must be one that the parser has accepted.
 */

/** `["template", 1, "src"]` is `src` of the second `[[template]]`. */
export type TomlPath = readonly (string | number)[];

/** One line; for those who need but one. It reads the text each time. */
export function lineOfToml(text: string, path: TomlPath): number {
  return new TomlPlaces(text).lineOf(path);
}

export class TomlPlaces {
  /** Every `[table]` and `[[table]]`, in the order of the text. */
  readonly headers: readonly { readonly path: TomlPath; readonly line: number }[];
  readonly #lines = new Map<string, number>();
  /** Array of tables -> how many of them have begun. */
  readonly #counts = new Map<string, number>();
  readonly #text: string;
  #position = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
    const headers: { path: TomlPath; line: number }[] = [];
    while (this.#skipSpace()) {
      if (this.#text[this.#position] === '[') headers.push({ line: this.#line, path: this.#header() });
      else this.#assignment(headers.at(-1)?.path ?? []);
    }
    this.headers = headers;
  }

  /** Counted from 1. What is inside an inline table or a list has the line of the key that holds it; 1 when nothing of it is known. */
  lineOf(path: TomlPath): number {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(id(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #header(): TomlPath {
    const line = this.#line;
    const isList = this.#text[this.#position + 1] === '[';
    this.#position += isList ? 2 : 1;
    const names = this.#key();
    this.#position += isList ? 2 : 1;
    const path: (string | number)[] = [];
    for (const [position, name] of names.entries()) {
      path.push(name);
      const count = this.#counts.get(id(path));
      const isLast = position === names.length - 1;
      if (isLast && isList) {
        this.#counts.set(id(path), (count ?? 0) + 1);
        path.push(count ?? 0);
      } else if (count !== undefined) path.push(count - 1);
      this.#note(path, line);
    }
    return path;
  }

  #assignment(table: TomlPath): void {
    const path = [...table];
    const line = this.#line;
    for (const name of this.#key()) {
      path.push(name);
      this.#note(path, line);
    }
    this.#position += 1;
    this.#skipValue();
  }

  #note(path: TomlPath, line: number): void {
    if (!this.#lines.has(id(path))) this.#lines.set(id(path), line);
  }

  /** Goes to the next thing that is neither space nor comment. @returns whether there is one */
  #skipSpace(): boolean {
    for (; this.#position < this.#text.length; this.#position++) {
      const character = this.#text[this.#position];
      if (character === '#') this.#position = this.#endOfLine();
      if (this.#text[this.#position] === '\n') this.#line += 1;
      else if (character !== '#' && !/\s/.test(character ?? '')) return true;
    }
    return false;
  }

  /** `a."b.c" . d` up to the `=` or `]` behind it. */
  #key(): readonly string[] {
    const names: string[] = [];
    for (;;) {
      const [found, , quoted, literal, bare] =
        /^([ \t.]*)(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))/.exec(this.#text.slice(this.#position, this.#endOfLine())) ?? [];
      if (found === undefined) break;
      names.push(quoted === undefined ? (literal ?? bare ?? '') : unescaped(quoted));
      this.#position += found.length;
    }
    while (/[ \t]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
    return names;
  }

  /** To the end of the line on which the value ends. */
  #skipValue(): void {
    let depth = 0;
    for (; this.#position < this.#text.length; this.#position++) {
      const character = this.#text[this.#position];
      if (character === '"' || character === "'") this.#skipString(character);
      else if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth -= 1;
      else if (character === '#') this.#position = this.#endOfLine() - 1;
      else if (character === '\n') {
        if (depth === 0) return;
        this.#line += 1;
      }
    }
  }

  /** To the last character of the string. */
  #skipString(quote: '"' | "'"): void {
    const isLong = this.#text.startsWith(quote.repeat(3), this.#position);
    const end = isLong ? quote.repeat(3) : quote;
    let position = this.#position + end.length;
    while (position < this.#text.length && !this.#text.startsWith(end, position)) {
      if (this.#text[position] === '\n') this.#line += 1;
      const isEscape = quote === '"' && this.#text[position] === '\\';
      if (isEscape && this.#text[position + 1] === '\n') this.#line += 1;
      position += isEscape ? 2 : 1;
    }
    // Up to two quotes may stand right before the three that end a long string.
    while (isLong && this.#text[position + 3] === quote) position += 1;
    this.#position = position + end.length - 1;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#position);
    return end < 0 ? this.#text.length : end;
  }
}

const id = (path: TomlPath) => JSON.stringify(path);

function unescaped(text: string): string {
  return text.replace(/\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g, (_, short, long, character) =>
    character === undefined
      ? String.fromCodePoint(Number.parseInt(short ?? long, 16))
      : ({ b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' }[character as string] ?? character),
  );
}
