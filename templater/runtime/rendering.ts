/** One rendering of a resource, with its ends told apart: whole, or not at all. */
import {
  type DataFrom,
  type DataSource,
  type DependencyKind,
  type DependencyValue,
  describeDependency,
  inSource,
  type MissingData,
} from '../data-source.js';
import type { MissingRule, Resource } from '../resource.js';
import type { Rendering, Template } from '../template.js';
import { TemplateError } from '../template-error.js';
import type { Output } from './change-set.js';
import { itemsOf, placesOf, type RefusedItem } from './for-each.js';

export type RenderingEnd =
  | { readonly kind: 'rendered'; readonly outputs: readonly Output[]; readonly refused: readonly RefusedItem[] }
  /** Something was not there: not fetched yet, or a key that does not exist. */
  | {
      readonly kind: 'incomplete';
      readonly missing: readonly MissingData[];
      /** The template failed; with what was missing it might not have. '' when it went through. */
      readonly message: string;
      /** With nothing in place of what was missing; none when the template failed. */
      readonly outputs: readonly Output[];
      readonly refused: readonly RefusedItem[];
    }
  | { readonly kind: 'failed'; readonly message: string };

/** What is rendered: one output, or one per item. */
export interface RenderedThing {
  readonly resource: Pick<Resource, 'destination' | 'forEach' | 'dataFrom'>;
  /** The answer for `forEach.dependency`, when there are items. */
  readonly items: DependencyValue<DependencyKind> | undefined;
}

export function renderResource(template: Template, data: DataSource, { resource, items }: RenderedThing): RenderingEnd {
  const { forEach, dataFrom } = resource;
  const source = dataFrom === undefined ? data : { ...data, lookup: lookupIn(data, dataFrom) };
  const missingIn = (missing: readonly MissingData[]) =>
    dataFrom === undefined ? missing : missing.map(({ dependency, at }) => ({ dependency: inSource(dependency, dataFrom), at }));
  try {
    const rendered = forEach === undefined ? renderOne(template, source, resource) : renderItems(template, source, { forEach, items });
    const { outputs, refused, missing } = rendered;
    if (missing.length === 0) return { kind: 'rendered', outputs, refused };
    return { kind: 'incomplete', missing: missingIn(missing), message: '', outputs, refused };
  } catch (error) {
    // Recursion without end, or text without end: the template's fault, and one template must not end the others.
    if (error instanceof RangeError) return { kind: 'failed', message: `the template asks for too much: ${error.message}` };
    if (!(error instanceof TemplateError)) throw error;
    const { message, missing } = error;
    if (missing.length === 0) return { kind: 'failed', message };
    return { kind: 'incomplete', missing: missingIn(missing), message, outputs: [], refused: [] };
  }
}

/** What templates ask for without naming a source, asked of the one that their resource names. */
function lookupIn(data: DataSource, from: DataFrom): DataSource['lookup'] {
  return (dependency) => data.lookup(inSource(dependency, from));
}

interface Rendered {
  readonly outputs: readonly Output[];
  readonly refused: readonly RefusedItem[];
  readonly missing: readonly MissingData[];
}

function renderOne(template: Template, source: DataSource, { destination }: RenderedThing['resource']): Rendered {
  const { bytes, missing } = template.render(source);
  return { outputs: [{ destination, content: bytes }], refused: [], missing };
}

/** One that cannot be is left out, and told; one that waits for something holds all of them up. @throws TemplateError */
function renderItems(
  template: Template,
  source: DataSource,
  { forEach, items }: { readonly forEach: NonNullable<Resource['forEach']>; readonly items: RenderedThing['items'] },
): Rendered {
  const { places, refused: misplaced } = placesOf(forEach, items === undefined ? [] : itemsOf(forEach, items));
  const [outputs, refused, missing]: [Output[], RefusedItem[], MissingData[]] = [[], [...misplaced], []];
  for (const { item, destination } of places) {
    const rendering = renderItem(template, source, item);
    if ('message' in rendering) {
      refused.push({ key: item.key, destination, message: rendering.message });
      continue;
    }
    missing.push(...rendering.missing);
    outputs.push({ destination, content: rendering.bytes, item: item.key });
  }
  return { outputs, refused, missing };
}

/** @throws TemplateError when something was missing: with it, the template might not have failed */
function renderItem(template: Template, source: DataSource, item: { readonly key: string }): Rendering | { readonly message: string } {
  try {
    return template.render(source, { item });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const message = `${error.message}, for the item ${JSON.stringify(item.key)}`;
    if (error.missing.length === 0) return { message };
    throw new TemplateError(message, { missing: error.missing, cause: error });
  }
}

/**
 * What the rule makes of a rendering whose data have all been answered, and some of them with "does not exist".
 *
 * @returns `wait` when it is to wait for them
 */
export function judgeMissing(
  end: RenderingEnd & { readonly kind: 'incomplete' },
  rule: MissingRule,
): Exclude<RenderingEnd, { readonly kind: 'incomplete' }> | 'wait' {
  if (rule === 'wait') return 'wait';
  if (rule === 'empty' && end.message === '') return { kind: 'rendered', outputs: end.outputs, refused: end.refused };
  return { kind: 'failed', message: end.message || `${describeAll(end.missing)} does not exist` };
}

/** `key "app/x" (web.tmpl:12), service "web" (web.tmpl:13)` */
export function describeAll(missing: readonly MissingData[]): string {
  return [...new Set(missing.map(describeMissing))].join(', ');
}

/** `key "app/x" (web.tmpl:12)` */
export function describeMissing({ dependency, at }: MissingData): string {
  // Fetched for the resource as a whole, it stands in no line.
  return at.line === 0 ? describeDependency(dependency) : `${describeDependency(dependency)} (${at.template}:${at.line})`;
}

/** Asked anew for every rendering, because nothing tells when they change: programs and the resolver. */
export function isMomentary(kind: DependencyKind): boolean {
  return kind === 'plugin' || kind === 'hostAddresses' || kind === 'hostServices';
}
