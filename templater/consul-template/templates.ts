/** Templates as consul-template names and reads them: once at the start, and again on the reload signal. */
import { readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { CompileTemplate } from '../runtime/template-file.js';
import type { Template } from '../template.js';
import { TemplateError } from '../template-error.js';
import type { CommandText } from './exec-settings.js';
import type { TemplateSettings } from './template-settings.js';

/** The run cannot go on: exit status 14. */
export class RunError extends Error {
  override readonly name = 'RunError';
}

/** The text of a template, read; it may still not parse. */
export interface LoadedTemplate {
  readonly settings: TemplateSettings;
  readonly text: string | Uint8Array;
}

/** @throws RunError */
export function loadTemplate(settings: TemplateSettings): LoadedTemplate {
  const { source, contents } = settings;
  if (source !== '' && contents !== '') throw new RunError("template: cannot specify both 'source' and 'content'");
  if (source === '' && contents === '') throw new RunError("template: must specify exactly one of 'source' or 'content'");
  if (contents !== '') return { settings, text: contents };
  try {
    return { settings, text: readFileSync(source) };
  } catch (error) {
    throw new RunError(`failed to read template: open ${source}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** @throws RunError */
export async function compileLoaded({ settings, text }: LoadedTemplate, compile: CompileTemplate): Promise<Template> {
  const { source, delimiters, failsOnMissingKey, sandbox, deniedFunctions } = settings;
  try {
    return await compile({
      text,
      name: '',
      syntax: ['.hbs', '.handlebars'].includes(extname(source)) ? 'handlebars' : 'go',
      dialect: 'consul-template',
      delimiters,
      missingKey: failsOnMissingKey ? 'error' : 'zero',
      denied: deniedFunctions,
      // Where a Handlebars template finds its partials.
      ...(source !== '' && { templateDirectory: dirname(source) }),
      ...(sandbox !== '' && { sandbox }),
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RunError(`${shownSource(settings)}: parse: ${error.message}`, { cause: error });
  }
}

/** `"a.ctmpl" => "/etc/a.conf"` */
export function shownTemplate(settings: TemplateSettings): string {
  return `${JSON.stringify(shownSource(settings))} => ${JSON.stringify(settings.destination)}`;
}

export function shownSource({ source }: TemplateSettings): string {
  return source === '' ? '(dynamic)' : source;
}

export function shownCommand(command: CommandText): string {
  return typeof command === 'string' ? JSON.stringify(command) : JSON.stringify(command.join(' '));
}
