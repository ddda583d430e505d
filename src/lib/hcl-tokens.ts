/** The words of an HCL (version 1) text: identifiers, strings, numbers, here-documents, marks. Comments and blanks are left out. */
import { ConfigFileError } from './config-file.js';

export interface HclToken {
  readonly kind: 'name' | 'string' | 'number' | 'mark' | 'end';
  /** The text meant: of a string its content, of a mark the mark. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const blank = /[\s\ufeff]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const name = /[\p{L}_][\p{L}\p{N}_.-]*/uy;
const number = /-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const heredoc = /<<(-?)([\p{L}\p{N}_]+)\r?\n/uy;
const marks = '{}[]=,';

/** Ends with a token of kind `end`. @throws ConfigFileError `At 3:15: literal not terminated` */
export function hclTokens(source: string): HclToken[] {
  const tokens: HclToken[] = [];
  let offset = 0;
  const lines = new LineCounter(source);
  const match = (pattern: RegExp) => {
    pattern.lastIndex = offset;
    return pattern.exec(source);
  };
  for (;;) {
    for (let skipped = match(blank); skipped; skipped = match(blank)) offset += skipped[0].length;
    const place = lines.placeOf(offset);
    const character = source[offset];
    if (character === undefined) return [...tokens, { kind: 'end', text: 'EOF', ...place }];
    if (character === '"') {
      const { text, length } = readString(source, offset, place);
      tokens.push({ kind: 'string', text, ...place });
      offset += length;
      continue;
    }
    const document = match(heredoc);
    if (document) {
      const { text, length } = readHeredoc(source, offset, { opening: document, place });
      tokens.push({ kind: 'string', text, ...place });
      offset += length;
      continue;
    }
    const [kind, found] = marks.includes(character)
      ? (['mark', character] as const)
      : /[-\d]/.test(character)
        ? (['number', match(number)?.[0]] as const)
        : (['name', match(name)?.[0]] as const);
    if (!found) throw hclError('illegal character', place);
    tokens.push({ kind, text: found, ...place });
    offset += found.length;
  }
}

export interface HclPlace {
  readonly line: number;
  readonly column: number;
}

export function hclError(text: string, { line, column }: HclPlace): ConfigFileError {
  return new ConfigFileError(`At ${line}:${column}: ${text}`, null);
}

/** Escapes outside `${…}` are resolved; what is inside stays as it is. */
function readString(source: string, offset: number, place: HclPlace): { text: string; length: number } {
  let text = '';
  let depth = 0;
  for (let at = offset + 1; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\n' && depth === 0) break;
    if (character === '"' && depth === 0) return { text, length: at + 1 - offset };
    if (character === '$' && source[at + 1] === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    if (character !== '\\' || depth > 0) {
      text += character;
      continue;
    }
    const escaped = /^\\(?:([abfnrtv"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{3}))/.exec(
      source.slice(at, at + 10),
    );
    if (!escaped) throw hclError('illegal char escape', place);
    text += escaped[1] ? (simpleEscapes[escaped[1]] ?? '') : codeOf(escaped);
    at += escaped[0].length - 1;
  }
  throw hclError('literal not terminated', place);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};

/** What is beyond Unicode becomes the replacement character. */
function codeOf([, , short, long, hex, octal]: RegExpExecArray): string {
  const code = octal === undefined ? Number.parseInt(short ?? long ?? hex ?? '0', 16) : Number.parseInt(octal, 8);
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}

/** `<<-` takes as many leading blanks off every line as the least indented one has. */
function readHeredoc(source: string, offset: number, { opening, place }: { opening: RegExpExecArray; place: HclPlace }) {
  const [whole, dash, marker = ''] = opening;
  const lines: string[] = [];
  let at = offset + whole.length;
  for (;;) {
    const lineEnd = source.indexOf('\n', at);
    const line = source.slice(at, lineEnd < 0 ? source.length : lineEnd);
    if (line.trim() === marker) return { text: dedented(lines, dash === '-').join(''), length: at + line.length - offset };
    if (lineEnd < 0) throw hclError('heredoc not terminated', place);
    lines.push(`${line}\n`);
    at = lineEnd + 1;
  }
}

function dedented(lines: readonly string[], wanted: boolean): readonly string[] {
  if (!wanted) return lines;
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(Math.min(indent, line.length - line.trimStart().length)));
}

/** Places of rising offsets, in one pass over the text. */
class LineCounter {
  private readonly source: string;
  private line = 1;
  private lineStart = 0;

  constructor(source: string) {
    this.source = source;
  }

  placeOf(offset: number): HclPlace {
    for (let end = this.source.indexOf('\n', this.lineStart); end >= 0 && end < offset; end = this.source.indexOf('\n', this.lineStart)) {
      this.line += 1;
      this.lineStart = end + 1;
    }
    return { line: this.line, column: offset - this.lineStart + 1 };
  }
}
