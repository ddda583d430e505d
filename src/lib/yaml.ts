/**
 * YAML text as plain data; the one door to the parser. It is read as YAML 1.1 in the form that Go programs are used to: `yes` and `on`
 * are true, `010` is eight, dates and `1:30` stay text. A document that would grow by its aliases is refused.
 */
import { parseDocument } from 'yaml';

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
 * One document. Whole numbers are bigint, others number; keys are strings; an empty text is null.
 * @throws YamlError
 */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, {
    version: '1.1',
    intAsBigInt: true,
    prettyErrors: true,
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !(isTimestamp(tag.tag) || isSexagesimal(tag))),
  });
  const [fault] = document.errors;
  if (fault !== undefined) throw new YamlError(firstLine(fault.message), placeOf(fault.linePos?.[0]), { cause: fault });
  try {
    return document.toJS({ maxAliasCount: aliasesMax });
  } catch (error) {
    // Too many aliases, or one without its anchor.
    if (error instanceof ReferenceError) throw new YamlError(error.message, placeOf(undefined), { cause: error });
    throw error;
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
