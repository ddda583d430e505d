/**
 * YAML text as plain data; the one door to the parser. It is read as YAML 1.1 in the form that Go programs are used to: `yes` and `on`
 * are true, `010` is eight, dates and `1:30` stay text. A document that would grow by its aliases is refused.
 */
import { Lexer, Parser, parseDocument } from 'yaml';

/** The first fault of a text, with its place: line and column from 1. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, { line, column }: { readonly line: number; readonly column: number }, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
    this.column = column;
  }
}

/** Aliases resolved at most: each may repeat a large part of the document. */
const aliasesMax = 100;

/**
 * Lists and maps inside one another. The parser goes down into them, and where the stack has run out V8 ends the process when it compiles
 * a regular expression, instead of throwing.
 */
const nestingMax = 500;

export interface YamlOptions {
  /** Documents behind the first are not looked at; without it they are a fault. */
  readonly isFirstOnly?: boolean;
}

/**
 * One document. Whole numbers are bigint, others number; keys are strings; an empty text is null.
 * @throws YamlError
 */
export function parseYaml(text: string, { isFirstOnly = false }: YamlOptions = {}): unknown {
  if (mayBeDeep(text)) refuseDeep(text);
  const document = parseDocument(text, {
    version: '1.1',
    intAsBigInt: true,
    prettyErrors: true,
    // Keys that are lists are made text; of that the library would warn on standard error.
    logLevel: 'error',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !(isTimestamp(tag.tag) || isSexagesimal(tag))),
  });
  const fault = document.errors.find(({ code }) => !(isFirstOnly && code === 'MULTIPLE_DOCS'));
  if (fault !== undefined) throw new YamlError(firstLine(fault.message), placeOf(fault.linePos?.[0]), { cause: fault });
  try {
    return document.toJS({ maxAliasCount: aliasesMax });
  } catch (error) {
    // Too many aliases, or one without its anchor.
    if (error instanceof ReferenceError) throw new YamlError(error.message, placeOf(undefined), { cause: error });
    throw error;
  }
}

/** False for nearly every text: for one without many columns of indentation (two of them in one column is the most) and open brackets. */
function mayBeDeep(text: string): boolean {
  let brackets = 0;
  let columns = 0;
  let isIndentation = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === newline) {
      columns = 0;
      isIndentation = true;
    } else if (isIndentation && indenting.has(code)) columns++;
    else {
      isIndentation = false;
      if (code === openBracket || code === openBrace) brackets++;
      else if ((code === closeBracket || code === closeBrace) && brackets > 0) brackets--;
    }
    if (brackets > nestingMax || columns > nestingMax / 2) return true;
  }
  return false;
}

const [newline, openBracket, closeBracket, openBrace, closeBrace] = [0x0a, 0x5b, 0x5d, 0x7b, 0x7d];
/** Blank, "-", "?" and ":" each begin something in a column of its own. */
const indenting: ReadonlySet<number> = new Set([0x20, 0x2d, 0x3f, 0x3a]);

/** The reader of tokens does not go down: what it is inside of stands on its stack. */
function refuseDeep(text: string): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length <= nestingMax) continue;
    const lines = text.slice(0, parser.offset).split('\n');
    const place = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    throw new YamlError(`more than ${nestingMax} lists and maps inside one another`, place);
  }
}

function isTimestamp(tag: string): boolean {
  return tag === 'tag:yaml.org,2002:timestamp';
}

function isSexagesimal(tag: { readonly format?: string }): boolean {
  return tag.format === 'TIME';
}

function placeOf(found: { readonly line: number; readonly col: number } | undefined): { line: number; column: number } {
  return { line: found?.line ?? 1, column: found?.col ?? 1 };
}

/** Without the excerpt below it, and without the place, which is told apart. */
function firstLine(message: string): string {
  return message.replace(/\n[\s\S]*$/, '').replace(/ at line \d+, column \d+:?$/, '');
}
