/** Loads the engine that a template's syntax needs, and compiles with it. */
import type { Template, TemplateOptions } from './template.js';

/** @throws TemplateError */
export async function compile(options: TemplateOptions): Promise<Template> {
  switch (options.syntax) {
    case 'go':
      return (await import('./go-engine.js')).compileGo(options);
    case 'handlebars':
      return (await import('./handlebars/handlebars-engine.js')).compileHandlebars(options);
  }
}
