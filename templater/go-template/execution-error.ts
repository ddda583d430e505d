/** Failures while a template runs, with the position and the node as Go's text/template words them. */
import type { Place } from '../place.js';
import { toText } from './byte-string.js';
import type { Node, TemplateTree } from './node.js';
import { printNode } from './print-node.js';
import { quote } from './quote.js';

/** The message is text, complete: `template: NAME:LINE:COL: executing "DEFINED" at <NODE>: …` */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
}

/** `message` is a byte string. */
export function executionError(tree: TemplateTree, defined: string, node: Node, message: string, cause?: unknown): ExecutionError {
  const { line, column } = placeOf(tree, node.position);
  const where = `template: ${tree.name}:${line}:${column}: executing ${quote(defined)} at <${printNode(node)}>: `;
  return new ExecutionError(toText(where + message), { cause });
}

/** Columns are byte offsets in the line, from 0. */
export function placeOf(tree: TemplateTree, position: number): Place {
  const before = tree.source.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return { template: toText(tree.name), line, column: position - lineStart };
}
