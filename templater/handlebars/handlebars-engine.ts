/**
 * Templates in Handlebars syntax, with the functions of the same table as helpers. Nothing is escaped (the output is no HTML), a name
 * that is not there is an error with its line and column, and prototypes are out of reach.
 */
import Handlebars from 'handlebars';
import type { CallContext } from '../call-context.js';
import type { DataSource, Place } from '../data-source.js';
import { loadFunctions, withoutDenied } from '../functions/table.js';
import { toText } from '../go-template/byte-string.js';
import { type GoFunction, type GoValue, isTrue } from '../go-template/value.js';
import { RenderSession } from '../render-session.js';
import type { Template, TemplateOptions } from '../template.js';
import { TemplateError } from '../template-error.js';
import { helperName, possibleCalls, renameCalls } from './calls.js';
import { argumentFor, emptyObject, fromGoValue, toGoValue } from './conversion.js';

/** These need Go syntax: methods of what they return, other templates of the file, function values. */
const goSyntaxOnly: ReadonlySet<string> = new Set(['call', 'scratch', 'executeTemplate', 'include']);

/** @throws TemplateError */
export async function compileHandlebars(options: TemplateOptions): Promise<Template> {
  const { name } = options;
  const program = parse(options);
  const wanted = [...possibleCalls(program)].filter((word) => !goSyntaxOnly.has(word));
  const functions = withoutDenied(await loadFunctions(options.dialect, wanted), options.denied);
  const [unknown] = renameCalls(program, functions);
  if (unknown) throw new TemplateError(`template: ${name}:${unknown.line}:${unknown.column}: helper "${unknown.name}" not defined`);
  const environment = Handlebars.create();
  environment.unregisterHelper('log');
  const rendering = new Rendering({ name, environment, sandbox: options.sandbox ?? '' });
  for (const [word, callee] of functions) environment.registerHelper(helperName(word), rendering.helper(callee));
  const render = environment.compile(program, { noEscape: true, strict: true });
  return {
    render(source: DataSource, data: unknown = emptyObject) {
      const session = new RenderSession(source);
      const text = rendering.run(session, () => render(data, noPrototypes));
      session.end();
      return { bytes: Buffer.from(text, 'utf8'), missing: session.missing };
    },
  };
}

/** Said outright, Handlebars does not warn on the console about what it refuses. */
const noPrototypes = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

function parse({ text, name }: TemplateOptions): hbs.AST.Program {
  try {
    return Handlebars.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [, line = '1', rest = error.message] = /^Parse error on line (\d+):\n([\s\S]*)$/.exec(error.message) ?? [];
    throw new TemplateError(`template: ${name}:${positionOf(error) ?? line}: ${rest.replaceAll('\n', ' ')}`, { cause: error });
  }
}

/** "3:14" when the error knows. */
function positionOf(error: Error): string | undefined {
  const { lineNumber, column } = error as { lineNumber?: unknown; column?: unknown };
  return typeof lineNumber === 'number' ? `${lineNumber}:${typeof column === 'number' ? column : 0}` : undefined;
}

interface RenderingParts {
  readonly name: string;
  readonly environment: typeof Handlebars;
  readonly sandbox: string;
}

/** The session that the helpers of one template work for while it renders; rendering is synchronous. */
class Rendering {
  readonly #name: string;
  readonly #environment: typeof Handlebars;
  readonly #sandbox: string;
  #session: RenderSession | undefined;

  constructor({ name, environment, sandbox }: RenderingParts) {
    this.#name = name;
    this.#environment = environment;
    this.#sandbox = sandbox;
  }

  run(session: RenderSession, render: () => string): string {
    const outer = this.#session;
    this.#session = session;
    try {
      return render();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof TemplateError) throw new TemplateError(error.message, { missing: session.missing, cause: error });
      const message = error.message.replace(/ - \d+:\d+$/, '');
      throw new TemplateError(`template: ${this.#name}:${positionOf(error) ?? '1:0'}: ${message}`, {
        missing: session.missing,
        cause: error,
      });
    } finally {
      this.#session = outer;
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

  #call(callee: GoFunction, given: readonly unknown[], named: Readonly<Record<string, unknown>>, place: () => Place): GoValue {
    try {
      if (Object.keys(named).length > 0) throw new Error('takes no named arguments');
      checkCount(callee, given.length);
      const values = given.map((value, i) => argumentFor(toGoValue(value), callee.parameters[i] ?? callee.rest ?? 'value'));
      if (callee.stopsAt !== undefined) return values.find((value) => isDecisive(value, callee.stopsAt)) ?? values.at(-1);
      return callee.call(values, this.#context(place));
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
      const { line, column } = place();
      throw new TemplateError(`template: ${this.#name}:${line}:${column}: ${callee.name}: ${toText(error.message)}`, { cause: error });
    }
  }

  #block(context: unknown, value: unknown, options: Handlebars.HelperOptions): unknown {
    const helper = Array.isArray(value) ? 'each' : typeof value === 'boolean' ? 'if' : 'with';
    return this.#environment.helpers[helper]?.call(context, value, options);
  }

  #place(location: hbs.AST.SourceLocation | undefined): Place {
    return { template: this.#name, line: location?.start.line ?? 1, column: location?.start.column ?? 0 };
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

function checkCount({ parameters, rest }: GoFunction, count: number): void {
  const isEnough = rest === undefined ? count === parameters.length : count >= parameters.length;
  if (!isEnough)
    throw new Error(`wrong number of arguments: want ${rest === undefined ? '' : 'at least '}${parameters.length} got ${count}`);
}

function isDecisive(value: GoValue, stopsAt: boolean | undefined): boolean {
  return isTrue(value) === stopsAt;
}
