/**
 * Templates in Handlebars syntax, with the functions of the same table as helpers. Nothing is escaped (the output is no HTML), a name
 * that is not there is an error with its line and column, and prototypes are out of reach.
 */
import type Handlebars from 'handlebars';
import type { CallContext } from '../call-context.js';
import type { DataSource } from '../data-source.js';
import { functionNames, loadFunctions, withoutDenied } from '../functions/table.js';
import { toText } from '../go-template/byte-string.js';
import { type GoFunction, type GoValue, isTrue } from '../go-template/value.js';
import { limitText } from '../limit-text.js';
import type { Place } from '../place.js';
import { RenderSession } from '../render-session.js';
import type { Template, TemplateOptions } from '../template.js';
import { TemplateError } from '../template-error.js';
import { helperName, possibleCalls, renameCalls } from './calls.js';
import { argumentFor, emptyObject, fromGoValue, toGoValue } from './conversion.js';
import { callWithNamed, type NamedArguments } from './lookup-options.js';
import { areStale, readWithPartials, type SourceFile } from './partials.js';
import { createStrictHandlebars } from './strict-lookup.js';
import { positionOf } from './syntax.js';

/** These need Go syntax: methods of what they return, other templates of the file, function values. */
const goSyntaxOnly: ReadonlySet<string> = new Set(['call', 'scratch', 'executeTemplate', 'include']);

/** @throws TemplateError */
export async function compileHandlebars(options: TemplateOptions): Promise<Template> {
  const { dialect, denied } = options;
  let files = readWithPartials(options);
  // A partial may be changed to call others later; a rendering cannot wait for them to load.
  const called = files.length > 1 ? functionNames(dialect) : possibleCalls(files[0]?.program);
  const usable = [...called].filter((word) => !goSyntaxOnly.has(word));
  const functions = withoutDenied(await loadFunctions(dialect, usable), denied);
  let compiled = compileFiles(files, functions, options);
  return {
    render(source: DataSource, data: unknown = emptyObject) {
      if (areStale(files, options)) {
        files = readWithPartials(options);
        compiled = compileFiles(files, functions, options);
      }
      const session = new RenderSession(source);
      const text = compiled(session, data);
      session.end();
      return { bytes: Buffer.from(text, 'utf8'), missing: session.missing };
    },
  };
}

type Compiled = (session: RenderSession, data: unknown) => string;

function compileFiles(files: readonly SourceFile[], functions: ReadonlyMap<string, GoFunction>, options: TemplateOptions): Compiled {
  for (const { name, program } of files) {
    const [unknown] = renameCalls(program, functions);
    if (unknown) throw new TemplateError(`template: ${name}:${unknown.line}:${unknown.column}: helper "${unknown.name}" not defined`);
  }
  const environment = createStrictHandlebars();
  environment.unregisterHelper('log');
  const rendering = new Rendering({ name: options.name, environment, sandbox: options.sandbox ?? '' });
  for (const [word, callee] of functions) environment.registerHelper(helperName(word), rendering.helper(callee));
  const [main, ...partials] = files.map(({ program }) => environment.compile(program, compileOptions));
  if (!main) throw new TypeError('the template itself is the first file');
  for (const [i, render] of partials.entries()) {
    const { name = '', read } = files[i + 1] ?? {};
    const inFile = (context: unknown, given?: Handlebars.RuntimeOptions) => rendering.inFile(name, () => render(context, given));
    // Found as `a.hbs`, it is called `a` in templates.
    for (const word of new Set([name, name.replace(/\.(?:hbs|handlebars)$/, '')])) if (read) environment.registerPartial(word, inFile);
  }
  return (session, data) => rendering.run(session, () => main(data, noPrototypes));
}

/** Its own helpers that are none of ours are names like any other. */
const compileOptions = { noEscape: true, strict: true, knownHelpers: { log: false, helperMissing: false, blockHelperMissing: false } };

/** Said outright, Handlebars does not warn on the console about what it refuses. */
const noPrototypes = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

interface RenderingParts {
  readonly name: string;
  readonly environment: typeof Handlebars;
  readonly sandbox: string;
}

/** The session that the helpers of one template work for while it renders; rendering is synchronous. */
class Rendering {
  /** Being rendered: the template, or one of its partials. */
  #file: string;
  readonly #environment: typeof Handlebars;
  readonly #sandbox: string;
  #session: RenderSession | undefined;

  constructor({ name, environment, sandbox }: RenderingParts) {
    this.#file = name;
    this.#environment = environment;
    this.#sandbox = sandbox;
  }

  run(session: RenderSession, render: () => string): string {
    const outer = this.#session;
    this.#session = session;
    try {
      return this.inFile(this.#file, render);
    } catch (error) {
      // Partials that call one another without end, data nested too deep, more text than there can be.
      if (error instanceof RangeError) throw new TemplateError(`template: ${this.#file}: ${limitText(error)}`, { cause: error });
      throw error;
    } finally {
      this.#session = outer;
    }
  }

  /** Errors inside are said to be in the file. @throws TemplateError */
  inFile(name: string, render: () => string): string {
    const outer = this.#file;
    this.#file = name;
    try {
      return render();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const missing = this.#session?.missing ?? [];
      if (error instanceof TemplateError) throw new TemplateError(error.message, { missing, cause: error });
      if (error instanceof RangeError) throw error;
      const message = error.message.replace(/ - \d+:\d+$/, '').replace(/ in (?:\[object \w+\]|the object)$/, '');
      throw new TemplateError(`template: ${[name, positionOf(error)].filter(Boolean).join(':')}: ${message}`, { missing, cause: error });
    } finally {
      this.#file = outer;
    }
  }

  /** `{{f a b}}`, `(f a b)`, and `{{#f a b}}…{{else}}…{{/f}}`, which goes over a list, or shows its block when the value is not empty. */
  helper(callee: GoFunction): Handlebars.HelperDelegate {
    const rendering = this;
    return function helper(this: unknown, ...given: unknown[]) {
      const options = given.pop() as Handlebars.HelperOptions & { loc?: hbs.AST.SourceLocation };
      const place = () => rendering.#place(options.loc);
      const value = fromGoValue(rendering.#call(callee, given, options.hash, place));
      return typeof options.fn === 'function' ? rendering.#block(this, value, options) : value;
    };
  }

  #call(callee: GoFunction, given: readonly unknown[], named: NamedArguments, place: () => Place): GoValue {
    try {
      checkCount(callee, given.length);
      const values = given.map((value, i) => argumentFor(toGoValue(value), callee.parameters[i] ?? callee.rest ?? 'value'));
      const context = this.#context(place);
      if (Object.keys(named).length > 0) return callWithNamed(callee, values, context, named);
      if (callee.stopsAt !== undefined) return values.find((value) => isDecisive(value, callee.stopsAt)) ?? values.at(-1);
      return callee.call(values, context);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
      const { template, line, column } = place();
      throw new TemplateError(`template: ${template}:${line}:${column}: ${callee.name}: ${messageOf(error)}`, { cause: error });
    }
  }

  #block(context: unknown, value: unknown, options: Handlebars.HelperOptions): unknown {
    const helper = Array.isArray(value) ? 'each' : typeof value === 'boolean' ? 'if' : 'with';
    return this.#environment.helpers[helper]?.call(context, value, options);
  }

  #place(location: hbs.AST.SourceLocation | undefined): Place {
    // Of what a partial is given as its block the location knows the file.
    return { template: location?.source || this.#file, line: location?.start.line ?? 1, column: location?.start.column ?? 0 };
  }

  #context(place: () => Place): CallContext {
    const session = this.#session;
    if (!session) throw new TypeError('helpers run while a template renders only');
    return {
      source: session.source,
      sandbox: this.#sandbox,
      scratch: session.scratch,
      writeFile: (write) => session.writeFile({ ...write, sandbox: this.#sandbox, at: place() }),
      lookup: (dependency) => session.lookup(dependency, place),
      waitFor: (dependency) => session.waitFor(dependency, place),
      execute: () => {
        throw new Error('needs Go syntax');
      },
      include: () => {
        throw new Error('needs Go syntax');
      },
    };
  }
}

/** Messages of functions are byte strings. */
function messageOf(error: Error): string {
  return error instanceof RangeError ? limitText(error) : toText(error.message);
}

function checkCount({ parameters, rest }: GoFunction, count: number): void {
  const isEnough = rest === undefined ? count === parameters.length : count >= parameters.length;
  if (!isEnough)
    throw new Error(`wrong number of arguments: want ${rest === undefined ? '' : 'at least '}${parameters.length} got ${count}`);
}

function isDecisive(value: GoValue, stopsAt: boolean | undefined): boolean {
  return isTrue(value) === stopsAt;
}
