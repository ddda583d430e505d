/** The calls of a template whose first argument stands in it as a text: what can be known of its needs without rendering it. */

import { fromBytes, fromText, toText } from '../go-template/byte-string.js';
import { parseGoTemplate } from '../go-template/go-template.js';
import type { CommandNode, ListNode, Operand, Statement } from '../go-template/node.js';
import { ParseError } from '../go-template/token-reader.js';
import type { Resource } from '../resource.js';
import type { LiteralCall } from './literal-call.js';

/** In the order of the text. A template that does not parse has none: that is said by compiling it. */
export async function literalCalls(
  bytes: Uint8Array,
  { syntax, delimiters }: Pick<Resource, 'syntax' | 'delimiters'>,
): Promise<readonly LiteralCall[]> {
  if (syntax === 'handlebars') return (await import('./handlebars-calls.js')).handlebarsCalls(Buffer.from(bytes).toString('utf8'));
  const source = fromBytes(bytes);
  try {
    const { tree } = parseGoTemplate({
      source,
      name: '',
      isFunction: () => true,
      delimiters: delimiters && [fromText(delimiters[0]), fromText(delimiters[1])],
    });
    const calls = [...tree.templates.values()].flatMap((list) => [...callsInList(list)]);
    return calls.sort((a, b) => a.position - b.position).map(({ position, ...call }) => ({ ...call, line: lineAt(source, position) }));
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

type Found = Omit<LiteralCall, 'line'> & { readonly position: number };

function* callsInList(list: ListNode | undefined): Generator<Found> {
  for (const statement of list?.statements ?? []) yield* callsInStatement(statement);
}

function* callsInStatement(statement: Statement): Generator<Found> {
  switch (statement.kind) {
    case 'action':
    case 'template':
      if (statement.pipe !== undefined) yield* callsInOperand(statement.pipe);
      return;
    case 'if':
    case 'with':
    case 'range':
      yield* callsInOperand(statement.pipe);
      yield* callsInList(statement.body);
      yield* callsInList(statement.otherwise);
      return;
    case 'text':
    case 'break':
    case 'continue':
      return;
  }
}

function* callsInOperand(operand: Operand): Generator<Found> {
  if (operand.kind === 'chain') yield* callsInOperand(operand.base);
  if (operand.kind !== 'pipe') return;
  let before: CommandNode | undefined;
  for (const command of operand.commands) {
    yield* callsInCommand(command, before);
    before = command;
  }
}

/** What comes through the pipe is the last argument: `"web" | service`. */
function* callsInCommand({ operands, position }: CommandNode, before: CommandNode | undefined): Generator<Found> {
  const [callee, ...given] = operands;
  const piped = before === undefined ? [] : before.operands.slice(0, 1);
  const all = [...given, ...piped];
  const [first] = all;
  const isLiteral = first?.kind === 'string' && (given.length > 0 || before?.operands.length === 1);
  if (callee.kind === 'identifier' && isLiteral) yield { name: callee.name, text: toText(first.value), count: all.length, position };
  for (const operand of operands) yield* callsInOperand(operand);
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split('\n').length;
}
