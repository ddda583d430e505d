/** Templates in Go syntax: the engine, with the functions of a dialect and the data of a source. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { systemErrorText } from '../src/lib/system-error.js';
import type { CallContext } from './call-context.js';
import type { DataSource } from './data-source.js';
import { functionNames, isFunctionName, loadFunctions, withoutDenied } from './functions/table.js';
import { type NumberMode, valueFromJson } from './go-json.js';
import { fromBytes, fromText, toBytes, toText } from './go-template/byte-string.js';
import type { Execution } from './go-template/execution.js';
import { ExecutionError } from './go-template/execution-error.js';
import { type GoTemplate, linkGoTemplate, type ParsedGoTemplate, parseGoTemplate } from './go-template/go-template.js';
import { quote } from './go-template/quote.js';
import { ParseError } from './go-template/token-reader.js';
import type { GoFunction, GoValue } from './go-template/value.js';
import { limitText } from './limit-text.js';
import { RenderSession } from './render-session.js';
import type { Template, TemplateOptions } from './template.js';
import { TemplateError } from './template-error.js';

/** `include` inside `include`. */
const includesMax = 10;

export interface GoEngineOptions extends TemplateOptions {
  /** What whole numbers of the data are. Default `float`, as both tools decode JSON. */
  readonly numbers?: NumberMode;
}

/** @throws TemplateError */
export async function compileGo(options: GoEngineOptions): Promise<Template> {
  const parsed = parseSource(options);
  // What an included file calls shows only while rendering, which cannot wait for anything.
  const called = parsed.called.has('include') ? functionNames(options.dialect) : parsed.called;
  const functions = withoutDenied(await loadFunctions(options.dialect, called), options.denied);
  const template = link(parsed, functions, options);
  return {
    render(source: DataSource, data?: unknown) {
      const session = new RenderSession(source);
      try {
        const value = valueFromJson(data, options.numbers) ?? undefined;
        const output = template.run(value, (execution) => contextFor(session, execution, { options, functions, including: [] }));
        session.end();
        return { bytes: toBytes(output), missing: session.missing };
      } catch (error) {
        // Lists of the data that lie too deep in one another.
        if (error instanceof RangeError) throw new TemplateError(`template: ${options.name}: data ${limitText(error)}`, { cause: error });
        if (!(error instanceof ExecutionError)) throw error;
        throw new TemplateError(error.message, { missing: session.missing, cause: error });
      }
    },
  };
}

function parseSource({ text, name, dialect, delimiters }: TemplateOptions): ParsedGoTemplate {
  try {
    return parseGoTemplate({
      source: typeof text === 'string' ? fromText(text) : fromBytes(text),
      name: fromText(name),
      isFunction: (word) => isFunctionName(dialect, word),
      delimiters: delimiters && [fromText(delimiters[0]), fromText(delimiters[1])],
    });
  } catch (error) {
    if (error instanceof ParseError) throw new TemplateError(error.message, { cause: error });
    throw error;
  }
}

type Functions = ReadonlyMap<string, GoFunction>;

function link(parsed: ParsedGoTemplate, functions: Functions, { missingKey, dialect }: TemplateOptions): GoTemplate {
  return linkGoTemplate(parsed, { functions, missingKey: missingKey ?? (dialect === 'consul-template' ? 'zero' : 'default') });
}

/** The file being rendered, and the files that include it, outermost first. */
interface Inclusion {
  readonly options: TemplateOptions;
  readonly functions: Functions;
  readonly including: readonly string[];
}

function contextFor(session: RenderSession, execution: Execution, inclusion: Inclusion): CallContext {
  const place = () => execution.place();
  return {
    source: session.source,
    sandbox: inclusion.options.sandbox ?? '',
    scratch: session.scratch,
    writeFile: (write) => session.writeFile({ ...write, sandbox: inclusion.options.sandbox ?? '', at: place() }),
    lookup: (dependency) => session.lookup(dependency, place),
    waitFor: (dependency) => session.waitFor(dependency, place),
    execute: (template, data) => execution.run(template, data),
    include: (file, data) => include(session, file, data, inclusion),
  };
}

/** confd's `include`: another file of the template directory. Error texts are byte strings, as those of all functions. */
function include(session: RenderSession, file: string, data: GoValue, { options, functions, including }: Inclusion): string {
  const directory = options.templateDirectory;
  if (directory === undefined) throw new Error('include: there is no template directory');
  const path = join(directory, toText(file));
  const inside = relative(directory, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
    throw new Error(`include path ${quote(file)} is outside template directory`);
  }
  if (including.includes(path)) throw new Error(fromText(`include cycle detected: ${path} is already being processed`));
  if (including.length >= includesMax) throw new Error(`maximum include depth of ${includesMax} exceeded`);
  const included: TemplateOptions = { ...options, text: readIncluded(path, file), name: inside };
  try {
    const template = link(parseSource(included), functions, included);
    return template.run(data, (execution) =>
      contextFor(session, execution, { options: included, functions, including: [...including, path] }),
    );
  } catch (error) {
    if (error instanceof TemplateError) throw new Error(`parse include ${file}: ${fromText(error.message)}`, { cause: error });
    if (error instanceof ExecutionError) throw new Error(`execute include ${file}: ${fromText(error.message)}`, { cause: error });
    throw error;
  }
}

function readIncluded(path: string, file: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`include ${file}: ${fromText(`open ${path}: ${systemErrorText(error)}`)}`, { cause: error });
  }
}
