/** One rendering of a resource's template, with its three ends told apart. */
import { type DataSource, type DependencyKind, describeDependency, type MissingData } from '../data-source.js';
import type { Template } from '../template.js';
import { TemplateError } from '../template-error.js';

export type RenderingEnd =
  | { readonly kind: 'rendered'; readonly bytes: Uint8Array }
  /** Something was not there: not fetched yet, or a key that does not exist. */
  | {
      readonly kind: 'incomplete';
      readonly missing: readonly MissingData[];
      /** The template failed; with what was missing it might not have. '' when it went through. */
      readonly message: string;
    }
  | { readonly kind: 'failed'; readonly message: string };

export function renderTemplate(template: Template, source: DataSource): RenderingEnd {
  try {
    const { bytes, missing } = template.render(source);
    return missing.length === 0 ? { kind: 'rendered', bytes } : { kind: 'incomplete', missing, message: '' };
  } catch (error) {
    // Recursion without end, or text without end: the template's fault, and one template must not end the others.
    if (error instanceof RangeError) return { kind: 'failed', message: `the template asks for too much: ${error.message}` };
    if (!(error instanceof TemplateError)) throw error;
    const { message, missing } = error;
    return missing.length === 0 ? { kind: 'failed', message } : { kind: 'incomplete', missing, message };
  }
}

/** `key "app/x" (web.tmpl:12)` */
export function describeMissing({ dependency, at }: MissingData): string {
  return `${describeDependency(dependency)} (${at.template}:${at.line})`;
}

/** Asked anew for every rendering, because nothing tells when they change: programs and the resolver. */
export function isMomentary(kind: DependencyKind): boolean {
  return kind === 'plugin' || kind === 'hostAddresses' || kind === 'hostServices';
}
