/**
 * A Handlebars of our own in which a name is there only when the value itself has it, not what it inherits: Handlebars' strict mode takes
 * `{{constructor}}` for a name that is there and shows nothing. Lists and texts have their `length`.
 */
import Handlebars from 'handlebars';
import { TemplateError } from '../template-error.js';
import { positionOf } from './syntax.js';

/** What compiled templates look names up with, as its runtime hands it to them. */
interface Container {
  strict(parent: unknown, name: string, loc: hbs.AST.SourceLocation): unknown;
  lookupProperty(parent: unknown, name: string): unknown;
}

interface CompiledTemplate {
  readonly main: (container: Container, ...rest: readonly unknown[]) => string;
}

export function createStrictHandlebars(): typeof Handlebars {
  const environment = Handlebars.create();
  const { template } = environment;
  environment.template = (compiled) => {
    const { main } = compiled as CompiledTemplate;
    const strictMain = (container: Container, ...rest: readonly unknown[]) => main(strictly(container), ...rest);
    return template({ ...compiled, main: strictMain });
  };
  for (const name of blockHelpers) placeFailures(environment, name);
  return environment;
}

const blockHelpers = ['if', 'unless', 'each', 'with', 'lookup'] as const;

/** What fails in one of Handlebars' own helpers, and does not know where, is said to be there. */
function placeFailures(environment: typeof Handlebars, name: (typeof blockHelpers)[number]): void {
  const helper = environment.helpers[name];
  if (helper === undefined) throw new TypeError(`Handlebars has a helper "${name}"`);
  environment.registerHelper(name, function placed(this: unknown, ...given: unknown[]) {
    try {
      return helper.apply(this, given as Parameters<Handlebars.HelperDelegate>);
    } catch (error) {
      const { loc } = given.at(-1) as { readonly loc?: hbs.AST.SourceLocation };
      const isPlaced =
        !(error instanceof Error) || error instanceof TemplateError || error instanceof RangeError || positionOf(error) !== undefined;
      if (isPlaced || loc === undefined) throw error;
      throw Object.assign(new Error(error.message, { cause: error }), { lineNumber: loc.start.line, column: loc.start.column });
    }
  });
}

const strictContainers = new WeakSet<Container>();

function strictly(container: Container): Container {
  if (strictContainers.has(container)) return container;
  strictContainers.add(container);
  const { lookupProperty } = container;
  container.strict = (parent, name, loc) => {
    if (!owns(parent, name)) throw new Handlebars.Exception(`"${name}" not defined`, { loc } as hbs.AST.Node);
    return lookupProperty(parent, name);
  };
  // On the way to a name (`a.b` of `{{a.b.c}}`), and in arguments: nothing has nothing in it.
  container.lookupProperty = (parent, name) => (parent === null || parent === undefined ? undefined : lookupProperty(parent, name));
  return container;
}

function owns(parent: unknown, name: string): boolean {
  return parent !== null && parent !== undefined && Object.hasOwn(parent, name);
}
