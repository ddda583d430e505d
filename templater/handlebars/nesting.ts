/**
 * How deep a Handlebars template goes, told before it is parsed: the parser's time grows with the square of the depth, and more (20,000
 * open blocks take it minutes), and then the stack ends. Blocks count, each `{{else if}}` of theirs, and parentheses.
 */
import { TemplateError } from '../template-error.js';

/** As in Go syntax. */
const nestingMax = 500;

/** @throws TemplateError with the line */
export function refuseDeep(source: string, name: string): void {
  const blocks = new Blocks();
  for (let start = source.indexOf('{{'); start >= 0; ) {
    const tag = tagAt(source, start);
    if (tag === undefined) return;
    blocks.take(tag.kind);
    if (blocks.depth + tag.parentheses > nestingMax) {
      const line = source.slice(0, start).split('\n').length;
      const what = tag.parentheses > nestingMax / 2 ? 'parentheses' : 'blocks';
      throw new TemplateError(`template: ${name}:${line}: more than ${nestingMax} ${what} inside one another`);
    }
    start = source.indexOf('{{', tag.end);
  }
}

type TagKind = 'begins' | 'goes on' | 'ends' | 'other';

class Blocks {
  /** How much each open block counts: one, and one for each `{{else if}}`. */
  readonly #open: number[] = [];
  depth = 0;

  take(kind: TagKind): void {
    const innermost = this.#open.length - 1;
    if (kind === 'begins') this.#open.push(1);
    else if (kind === 'goes on' && innermost >= 0) this.#open[innermost] = (this.#open[innermost] ?? 0) + 1;
    else if (kind === 'ends') this.depth -= this.#open.pop() ?? 0;
    if (kind === 'begins' || (kind === 'goes on' && innermost >= 0)) this.depth++;
  }
}

interface Tag {
  readonly kind: TagKind;
  readonly end: number;
  /** The most that are open at once. */
  readonly parentheses: number;
}

/** "{{#", "{{^" that is no else ("{{^}}"), "{{/", "{{else if", or a comment. */
const tagStart = /\{\{~?(?:(#|\^(?!\s*~?\}\}))|(\/)|(\s*else\s+(?=[^\s~}]))|(!--)|(!))?/y;
const commentEnd = /--~?\}\}/g;
/** What matters inside: strings, segments in brackets, parentheses, the end. */
const pieces = /["'[()]|\}\}/g;

/** undefined when it does not end, which the parser will tell. */
function tagAt(source: string, start: number): Tag | undefined {
  if (source[start - 1] === '\\' && source[start - 2] !== '\\') return { kind: 'other', end: start + 2, parentheses: 0 };
  tagStart.lastIndex = start;
  const [opening = '{{', begins, ends, goesOn, longComment, comment] = tagStart.exec(source) ?? [];
  const from = start + opening.length;
  if (longComment !== undefined || comment !== undefined) return commentTag(source, from, longComment !== undefined);
  const kind = begins !== undefined ? 'begins' : ends !== undefined ? 'ends' : goesOn !== undefined ? 'goes on' : 'other';
  return insideTag(source, from, kind);
}

function commentTag(source: string, from: number, isLong: boolean): Tag | undefined {
  commentEnd.lastIndex = from;
  const end = isLong ? (commentEnd.exec(source)?.index ?? -1) : source.indexOf('}}', from);
  return end < 0 ? undefined : { kind: 'other', end: source.indexOf('}}', end) + 2, parentheses: 0 };
}

function insideTag(source: string, from: number, kind: TagKind): Tag | undefined {
  let open = 0;
  let most = 0;
  pieces.lastIndex = from;
  for (let piece = pieces.exec(source)?.[0]; piece !== undefined; piece = pieces.exec(source)?.[0]) {
    if (piece === '}}') return { kind, end: pieces.lastIndex, parentheses: most };
    if (piece === '(') most = Math.max(most, ++open);
    else if (piece === ')') open--;
    else {
      const closing = closingOf(source, pieces.lastIndex, piece);
      if (closing < 0) break;
      pieces.lastIndex = closing + 1;
    }
  }
  // It does not end: what is open is as deep for the parser.
  return most > nestingMax ? { kind, end: source.length, parentheses: most } : undefined;
}

function closingOf(source: string, from: number, opening: string): number {
  if (opening === '[') return source.indexOf(']', from);
  let end = source.indexOf(opening, from);
  while (end > 0 && source[end - 1] === '\\') end = source.indexOf(opening, end + 1);
  return end;
}
