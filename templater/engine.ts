/** Loads the engine that a template's syntax needs, and compiles with it. */
import type { Template, TemplateOptions } from './template.js';

/** @throws TemplateError */
export async function compile(options: TemplateOptions): Promise<Template> {
  return (await import('./go-engine.js')).compileGo(options);
}
