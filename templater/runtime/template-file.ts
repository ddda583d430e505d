/** A template on the disk: read again on demand, compiled again only when its bytes changed. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import type { Resource } from '../resource.js';
import type { Template, TemplateOptions } from '../template.js';
import { TemplateError } from '../template-error.js';

/** Loads the engine that the syntax needs. @throws TemplateError */
export type CompileTemplate = (options: TemplateOptions) => Promise<Template>;

/** A template that cannot be used; the message names its file. */
export class TemplateFileError extends Error {
  override readonly name = 'TemplateFileError';
}

export class TemplateFile {
  readonly #resource: Resource;
  readonly #compile: CompileTemplate;
  #known: { readonly bytes: Uint8Array; readonly template: Template } | undefined;

  constructor(resource: Resource, compile: CompileTemplate) {
    this.#resource = resource;
    this.#compile = compile;
  }

  /** The same object as long as the file holds the same bytes. @throws TemplateFileError */
  async load(): Promise<Template> {
    const { source, contents, delimiters, strictness, syntax, dialect, templateDirectory } = this.#resource;
    const bytes = contents === undefined ? readBytes(source) : Buffer.from(contents, 'utf8');
    if (this.#known && Buffer.compare(this.#known.bytes, bytes) === 0) return this.#known.template;
    try {
      const template = await this.#compile({
        text: bytes,
        name: basename(source),
        syntax,
        dialect,
        templateDirectory,
        ...(delimiters && { delimiters }),
        ...strictness,
      });
      this.#known = { bytes, template };
      return template;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new TemplateFileError(`Unable to process template ${source}, ${error.message}`, { cause: error });
    }
  }
}

function readBytes(source: string): Uint8Array {
  try {
    return readFileSync(source);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw new TemplateFileError(`Missing template: ${source}`, { cause: error });
    throw new TemplateFileError(`Unable to read template ${source}: ${systemErrorText(error)}`, { cause: error });
  }
}
