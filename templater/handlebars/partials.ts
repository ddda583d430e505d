/**
 * A Handlebars file with the partials it names: `{{> nginx/server}}` is the file `nginx/server`, `nginx/server.hbs` or
 * `nginx/server.handlebars` of the template directory, which no name and no link leads out of.
 */
import { readFileSync } from 'node:fs';
import { OutsideError, withConfinedFile } from '../../src/lib/confined-file.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { TemplateOptions } from '../template.js';
import { TemplateError } from '../template-error.js';
import { isPartial, parseHandlebars, walk } from './syntax.js';

/** A parsed file. */
export interface SourceFile {
  /** As it is named in errors, and in `{{> name}}` for partials. */
  readonly name: string;
  readonly program: hbs.AST.Program;
  /** undefined for the template itself, which whoever compiles it has read. */
  readonly read: { readonly path: string; readonly bytes: Buffer } | undefined;
}

/** The template itself first. @throws TemplateError */
export function readWithPartials(options: TemplateOptions): readonly SourceFile[] {
  const main: SourceFile = { name: options.name, program: parseHandlebars(options.text, options.name), read: undefined };
  const files: SourceFile[] = [main];
  const known = new Set<string>();
  // Files that are found are looked through in their turn.
  for (const file of files) {
    for (const use of usesOf(file)) {
      if (known.has(use.name)) continue;
      known.add(use.name);
      const partial = readPartial(use, options);
      if (partial) files.push(partial);
    }
  }
  return files;
}

/** Whether a partial is another than it was when it was read. */
export function areStale(files: readonly SourceFile[], { templateDirectory = '' }: TemplateOptions): boolean {
  return files.some(({ read }) => {
    if (read === undefined) return false;
    const now = bytesOf(templateDirectory, read.path);
    return !Buffer.isBuffer(now) || !now.equals(read.bytes);
  });
}

interface Use {
  readonly name: string;
  /** `template: FILE:LINE:COLUMN` */
  readonly place: string;
  /** It can do without: it has a block to fall back to, or the name is defined in the file. */
  readonly isOptional: boolean;
}

function usesOf({ name: file, program }: SourceFile): readonly Use[] {
  const uses: Use[] = [];
  const inline = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'DecoratorBlock') inline.add(String(parameterOf(node)));
    if (!isPartial(node)) return;
    const place = `template: ${file}:${node.loc.start.line}:${node.loc.start.column}`;
    const name = nameOf(node.name);
    if (name === undefined) throw new TemplateError(`${place}: the name of a partial must be written out`);
    if (name !== '@partial-block') uses.push({ name, place, isOptional: node.type === 'PartialBlockStatement' });
  });
  return uses.map((use) => (inline.has(use.name) ? { ...use, isOptional: true } : use));
}

function parameterOf(node: hbs.AST.Node): unknown {
  const { params } = node as hbs.AST.DecoratorBlock;
  const [first] = params;
  return first && 'value' in first ? first.value : undefined;
}

function nameOf(name: hbs.AST.PathExpression | hbs.AST.SubExpression): string | undefined {
  if ('original' in name) return String(name.original);
  return undefined;
}

/** undefined when there is none and it can do without. */
function readPartial({ name, place, isOptional }: Use, { templateDirectory }: TemplateOptions): SourceFile | undefined {
  if (templateDirectory === undefined) {
    if (isOptional) return undefined;
    throw new TemplateError(`${place}: there is no template directory to look for the partial "${name}" in`);
  }
  let fault = '';
  for (const path of [name, `${name}.hbs`, `${name}.handlebars`]) {
    const bytes = bytesOf(templateDirectory, path);
    if (Buffer.isBuffer(bytes)) return { name: path, program: parseHandlebars(bytes, path), read: { path, bytes } };
    fault ||= bytes;
  }
  if (isOptional && fault === '') return undefined;
  throw new TemplateError(`${place}: ${fault || `there is no partial "${name}" in ${templateDirectory}`}`);
}

/** What keeps it from being read; '' when there is no such file. */
function bytesOf(directory: string, path: string): Buffer | string {
  try {
    return withConfinedFile(directory, path, (file) => readFileSync(file));
  } catch (error) {
    if (error instanceof OutsideError) return error.message;
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const text = systemErrorText(error);
    return text === 'no such file or directory' ? '' : `open ${path}: ${text}`;
  }
}
