/** Loads the engine that a template's syntax needs, and compiles with it. */
import type { Template, TemplateOptions } from './template.js';
import { TemplateError } from './template-error.js';

/** @throws TemplateError */
export async function compile(options: TemplateOptions): Promise<Template> {
  throw new TemplateError(`template: ${options.name}:1: no engine for ${options.syntax} templates`);
}
