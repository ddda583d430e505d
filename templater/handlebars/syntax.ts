/** Handlebars text to its tree, and going through the tree. */
import Handlebars from 'handlebars';
import { TemplateError } from '../template-error.js';
import { refuseDeep } from './nesting.js';

/** @throws TemplateError with line and column */
export function parseHandlebars(text: string | Uint8Array, name: string): hbs.AST.Program {
  const source = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
  refuseDeep(source, name);
  try {
    return Handlebars.parse(source, { srcName: name });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [, line = '1', rest = error.message] = /^Parse error on line (\d+):\n([\s\S]*)$/.exec(error.message) ?? [];
    throw new TemplateError(`template: ${name}:${positionOf(error) ?? line}: ${rest.replaceAll('\n', ' ').replace(/ - \d+:\d+$/, '')}`, {
      cause: error,
    });
  }
}

/** "3:14" when the error knows. */
export function positionOf(error: Error): string | undefined {
  const { lineNumber, column } = error as { lineNumber?: unknown; column?: unknown };
  return typeof lineNumber === 'number' ? `${lineNumber}:${typeof column === 'number' ? column : 0}` : undefined;
}

/** Every node, parents before children. */
export function walk(node: unknown, visit: (node: hbs.AST.Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (isNode(node)) visit(node);
  for (const [field, child] of Object.entries(node)) if (field !== 'loc') walk(child, visit);
}

function isNode(value: object): value is hbs.AST.Node {
  return 'type' in value && 'loc' in value;
}

export function isPartial(node: hbs.AST.Node): node is hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement {
  return node.type === 'PartialStatement' || node.type === 'PartialBlockStatement';
}
