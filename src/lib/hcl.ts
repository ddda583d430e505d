/**
 * HCL, version 1, as plain data. `key = value`, `key { … }` and `key = { … }` mean the same; a block is a list of maps, so that blocks
 * of one name add up (`service { … } service { … }`); a label is a map in the map (`service "web" { … }`). A text that begins with a
 * brace is JSON, which HCL includes. Comments, here-documents and numbers: ./hcl-tokens.ts.
 */
import { parseJsonText } from './config-file.js';
import { type HclToken, hclError, hclTokens } from './hcl-tokens.js';

type HclMap = Readonly<Record<string, unknown>>;

/** Deeper nesting is refused: the reader recurses. */
const depthMax = 500;

/** @throws ConfigFileError `At 4:1: key 'server' expected start of object ('{') or assignment ('=')` */
export function parseHclText(text: string): Readonly<Record<string, unknown>> {
  if (/^\s*\{/.test(text)) return parseJsonText(text);
  const reader = new Reader(hclTokens(text));
  return reader.items('end', 0);
}

class Reader {
  private readonly tokens: readonly HclToken[];
  private position = 0;

  constructor(tokens: readonly HclToken[]) {
    this.tokens = tokens;
  }

  /** Up to and with the closing brace, or the end of the text. */
  items(closing: '}' | 'end', depth: number): HclMap {
    const map = new Map<string, unknown>();
    if (depth > depthMax) throw hclError('nested too deeply', this.peek());
    for (;;) {
      const token = this.next();
      if (closing === 'end' ? token.kind === 'end' : isMark(token, '}')) return Object.fromEntries(map);
      if (token.kind === 'end') throw hclError('object expected closing RBRACE got: EOF', token);
      this.item(map, token, depth);
      if (isMark(this.peek(), ',')) this.next();
    }
  }

  private item(map: Map<string, unknown>, first: HclToken, depth: number): void {
    const keys = [this.key(first)];
    const words = [spelling(first)];
    for (;;) {
      const token = this.next();
      if (token.kind === 'name' || token.kind === 'string') {
        keys.push(token.text);
        words.push(spelling(token));
        continue;
      }
      if (isMark(token, '=') && keys.length === 1) {
        const opening = this.next();
        assign(map, keys, isMark(opening, '{') ? this.block(depth) : this.value(opening, depth));
        return;
      }
      if (isMark(token, '{')) {
        assign(map, keys, this.block(depth));
        return;
      }
      throw hclError(`key '${words.join(' ')}' expected start of object ('{') or assignment ('=')`, token);
    }
  }

  private key(token: HclToken): string {
    if (token.kind === 'name' || token.kind === 'string') return token.text;
    throw hclError(`expected: IDENT | STRING | ASSIGN | LBRACE got: ${token.text}`, token);
  }

  private block(depth: number): Block {
    return new Block(this.items('}', depth + 1));
  }

  private value(token: HclToken, depth: number): unknown {
    switch (token.kind) {
      case 'string':
        return token.text;
      case 'number':
        return numberOf(token.text);
      case 'name':
        if (token.text === 'true' || token.text === 'false') return token.text === 'true';
        throw hclError(`Unknown token: ${token.line}:${token.column} IDENT ${token.text}`, token);
      default:
        if (isMark(token, '[')) return this.list(depth + 1);
        throw hclError(`Unknown token: ${token.line}:${token.column} ${token.text}`, token);
    }
  }

  private list(depth: number): unknown[] {
    if (depth > depthMax) throw hclError('nested too deeply', this.peek());
    const values: unknown[] = [];
    for (;;) {
      const token = this.next();
      if (isMark(token, ']')) return values;
      values.push(isMark(token, '{') ? this.items('}', depth + 1) : this.value(token, depth));
      const after = this.peek();
      if (isMark(after, ',')) this.next();
      else if (!isMark(after, ']')) throw hclError(`error parsing list, expected comma or list end, got: ${after.text}`, after);
    }
  }

  private next(): HclToken {
    const token = this.peek();
    if (token.kind !== 'end') this.position += 1;
    return token;
  }

  private peek(): HclToken {
    const token = this.tokens[this.position];
    if (!token) throw new TypeError('the token list has no end');
    return token;
  }
}

/** One block, before it joins the others of its name. */
class Block {
  readonly map: HclMap;
  constructor(map: HclMap) {
    this.map = map;
  }
}

function assign(map: Map<string, unknown>, [key = '', ...labels]: readonly string[], value: unknown): void {
  if (!(value instanceof Block)) {
    map.set(key, value);
    return;
  }
  const inner = labels.reduceRight<HclMap>((nested, label) => Object.fromEntries([[label, [nested]]]), value.map);
  const before = map.get(key);
  map.set(key, Array.isArray(before) ? [...before, inner] : [inner]);
}

function isMark(token: HclToken, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark;
}

function spelling(token: HclToken): string {
  return token.kind === 'string' ? JSON.stringify(token.text) : token.text;
}

/** A leading zero is octal. */
function numberOf(text: string): number {
  const [sign, digits] = text.startsWith('-') ? [-1, text.slice(1)] : [1, text];
  return sign * (/^0\d+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
}
