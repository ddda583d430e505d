/** The same for Handlebars: `{{key "app/x"}}`, `{{#each (service "web")}}`. */
import Handlebars from 'handlebars';
import type { LiteralCall } from './literal-call.js';

export function handlebarsCalls(text: string): readonly LiteralCall[] {
  let program: unknown;
  try {
    program = Handlebars.parse(text);
  } catch {
    // Compiling it says why.
    return [];
  }
  return [...callsIn(program)];
}

interface CallNode {
  readonly type: string;
  readonly path: { readonly original?: unknown };
  readonly params: readonly { readonly type: string; readonly value?: unknown }[];
  readonly loc?: { readonly start: { readonly line: number } };
}

function isCall(node: object): node is CallNode {
  return 'path' in node && typeof node.path === 'object' && node.path !== null && 'params' in node && Array.isArray(node.params);
}

function* callsIn(node: unknown): Generator<LiteralCall> {
  if (typeof node !== 'object' || node === null) return;
  if (isCall(node)) {
    const [first] = node.params;
    if (first?.type === 'StringLiteral')
      yield { name: String(node.path.original), text: String(first.value), count: node.params.length, line: node.loc?.start.line ?? 1 };
  }
  for (const child of Object.values(node)) yield* callsIn(child);
}
