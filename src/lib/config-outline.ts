/**
 * Where the keys of a configuration text stand: path -> line, for a text that has been read without a mistake. A path is the keys and
 * positions on the way, in lower case: `services 1 checks 0 name`. The first of several blocks of one name also goes without its position,
 * because a list of one stands for its element.
 */
import { type HclToken, hclTokens } from './hcl-tokens.js';

export type Outline = ReadonlyMap<string, number>;
export type PathPart = string | number;

export function pathName(path: readonly PathPart[]): string {
  return path.map((part) => String(part).toLowerCase()).join(' ');
}

export function jsonOutline(text: string): Outline {
  return new Walk(jsonTokens(text)).outline(true);
}

export function hclOutline(text: string): Outline {
  if (/^\s*\{/.test(text)) return jsonOutline(text);
  return new Walk(hclTokens(text)).outline(false);
}

/** JSON in the words of HCL: a colon is an equals sign. */
function jsonTokens(text: string): HclToken[] {
  const tokens: HclToken[] = [];
  let [line, from] = [1, 0];
  for (const { 0: found, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g)) {
    for (let end = text.indexOf('\n', from); end >= 0 && end < index; end = text.indexOf('\n', from)) [line, from] = [line + 1, end + 1];
    const place = { line, column: index - from + 1 };
    if (found.startsWith('"')) tokens.push({ kind: 'string', text: String(JSON.parse(found)), ...place });
    else if ('{}[]:,'.includes(found)) tokens.push({ kind: 'mark', text: found === ':' ? '=' : found, ...place });
    else tokens.push({ kind: 'name', text: found, ...place });
  }
  return [...tokens, { kind: 'end', text: '', line, column: 0 }];
}

class Walk {
  private readonly tokens: readonly HclToken[];
  private readonly lines = new Map<string, number>();
  private readonly counts = new Map<string, number>();
  private at = 0;

  constructor(tokens: readonly HclToken[]) {
    this.tokens = tokens;
  }

  outline(isJson: boolean): Outline {
    if (isJson) this.at = 1; // the brace around everything
    this.items([[]]);
    return this.lines;
  }

  /** @param paths under which what follows is known. Up to and with the closing brace, or the end. */
  private items(paths: readonly (readonly PathPart[])[]): void {
    for (let token = this.next(); token && !isMark(token, '}') && token.kind !== 'end'; token = this.next()) {
      if (token.kind === 'mark') continue;
      const keys = [token.text];
      const { line } = token;
      let after = this.next();
      for (; after && (after.kind === 'name' || after.kind === 'string'); after = this.next()) keys.push(after.text);
      const inner = paths.map((path) => [...path, ...keys]);
      this.note(inner, line);
      if (after && isMark(after, '{')) this.block(inner);
      else this.value(inner);
    }
  }

  private value(paths: readonly (readonly PathPart[])[]): void {
    const token = this.next();
    if (token?.kind !== 'mark') return;
    if (token.text === '{') this.block(paths);
    else if (token.text === '[') this.list(paths);
  }

  /** Blocks of one name make a list. */
  private block(paths: readonly (readonly PathPart[])[]): void {
    const [first = []] = paths;
    const count = this.counts.get(pathName(first)) ?? 0;
    this.counts.set(pathName(first), count + 1);
    const numbered = paths.map((path) => [...path, count]);
    this.items(count === 0 ? [...paths, ...numbered] : numbered);
  }

  private list(paths: readonly (readonly PathPart[])[]): void {
    let position = 0;
    for (let token = this.next(); token && !isMark(token, ']') && token.kind !== 'end'; token = this.next()) {
      if (isMark(token, ',')) continue;
      const numbered = paths.map((path) => [...path, position]);
      const inner = position === 0 ? [...paths, ...numbered] : numbered;
      this.note(numbered, token.line);
      if (isMark(token, '{')) this.items(inner);
      else if (isMark(token, '[')) this.list(inner);
      position += 1;
    }
  }

  /** Of what stands twice the last place counts, as the last value does. */
  private note(paths: readonly (readonly PathPart[])[], line: number): void {
    for (const path of paths) this.lines.set(pathName(path), line);
  }

  private next(): HclToken | undefined {
    const token = this.tokens[this.at];
    this.at += 1;
    return token;
  }
}

function isMark(token: HclToken, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark;
}
