/** One rendering of the `render` command, with what it found missing. */
import type { DataSource, MissingData } from '../data-source.js';
import type { Template } from '../template.js';
import { TemplateError } from '../template-error.js';

export interface Round {
  /** undefined when the template failed. */
  readonly bytes: Uint8Array | undefined;
  /** Never empty when it failed. */
  readonly missing: readonly MissingData[];
  readonly failure: TemplateError | undefined;
}

/** @throws TemplateError when it failed with nothing missing: more data will not help */
export function renderRound(template: Template, source: DataSource, data: unknown): Round {
  try {
    return { ...template.render(source, data), failure: undefined };
  } catch (error) {
    // With what has not arrived yet it might not have failed.
    if (error instanceof TemplateError && error.missing.length > 0) return { bytes: undefined, missing: error.missing, failure: error };
    throw error;
  }
}
