/** The words of a template. */
export type TokenKind =
  | 'eof'
  | 'error'
  | 'text'
  | 'left-delimiter'
  | 'right-delimiter'
  | 'space'
  | 'bool'
  | 'character'
  | 'character-constant'
  | 'complex'
  | 'number'
  | 'string'
  | 'raw-string'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'left-parenthesis'
  | 'right-parenthesis'
  | Keyword;

export type Keyword = 'block' | 'break' | 'continue' | 'define' | 'dot' | 'else' | 'end' | 'if' | 'nil' | 'range' | 'template' | 'with';

export interface Token {
  readonly kind: TokenKind;
  /** Byte offset in the template. */
  readonly position: number;
  /** Counted from 1. */
  readonly line: number;
  /** The source text, or the message of an error. */
  readonly text: string;
}

/** How words are spelled that are not names; `.` is one of them. */
export const keywords: ReadonlyMap<string, Keyword> = new Map([
  ['.', 'dot'],
  ['block', 'block'],
  ['break', 'break'],
  ['continue', 'continue'],
  ['define', 'define'],
  ['else', 'else'],
  ['end', 'end'],
  ['if', 'if'],
  ['nil', 'nil'],
  ['range', 'range'],
  ['template', 'template'],
  ['with', 'with'],
]);
const keywordKinds: ReadonlySet<TokenKind> = new Set<TokenKind>(keywords.values());

export function isKeyword(token: Token): boolean {
  return keywordKinds.has(token.kind);
}
