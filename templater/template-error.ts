/** A template that does not parse, or whose execution failed. The message is the text Go's text/template would print, with position. */
import type { MissingData } from './data-source.js';

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Dependencies that had not arrived when the execution failed: with them it might not have. */
  readonly missing: readonly MissingData[];

  constructor(message: string, options: { readonly missing?: readonly MissingData[]; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.missing = options.missing ?? [];
  }
}
