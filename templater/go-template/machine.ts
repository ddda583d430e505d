/**
 * The state that compiled expressions work on. One machine runs one rendering. `at` is the node that an error would name: every
 * expression sets it when its evaluation begins, in the order Go does, and nobody resets it.
 */
import type { CallContext } from '../call-context.js';
import { type ExecutionError, executionError } from './execution-error.js';
import type { Node, TemplateTree } from './node.js';
import type { GoValue } from './value.js';

export type MissingKey = 'default' | 'zero' | 'error';

export interface Machine {
  readonly tree: TemplateTree;
  readonly missingKey: MissingKey;
  readonly context: CallContext;
  at: Node;
  /** The template being executed, for error texts. */
  defined: string;
  dot: GoValue;
  /** Whether dot came out of an interface {} slot: Go's static type, which shows in error texts only. */
  isDotBoxed: boolean;
  variables: GoValue[];
  areVariablesBoxed: boolean[];
  /** The same of the operand evaluated last; valid right after its evaluation. */
  isBoxed: boolean;
}

/** Evaluates an expression. */
export type Evaluate = (machine: Machine) => GoValue;

/** An error at the node at hand; `message` is a byte string. */
export function failure(machine: Machine, message: string, cause?: unknown): ExecutionError {
  return executionError(machine.tree, machine.defined, machine.at, message, cause);
}
