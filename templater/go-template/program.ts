/**
 * A template as a flat list of instructions: blocks become jumps, so a rendering needs no recursion, `break` is a jump, and templates
 * may call one another a hundred thousand deep, as in Go.
 */
import type { Evaluate, Machine } from './machine.js';
import type { Node } from './node.js';
import type { GoValue } from './value.js';

export type Instruction =
  | { readonly kind: 'text'; readonly text: string }
  /** Prints the value, and the text that follows it. */
  | { readonly kind: 'print'; readonly evaluate: Evaluate; readonly node: Node; readonly text: string }
  | { readonly kind: 'evaluate'; readonly evaluate: Evaluate; readonly node: Node }
  | { readonly kind: 'jump'; readonly target: number }
  /** Goes on when the condition holds, else to the target. */
  | { readonly kind: 'if'; readonly evaluate: Evaluate; readonly node: Node; readonly target: number }
  /** As `if`, and dot becomes the value until `end-with`. */
  | { readonly kind: 'with'; readonly evaluate: Evaluate; readonly node: Node; readonly target: number }
  | { readonly kind: 'end-with' }
  /** Begins a loop with its first element; goes to `otherwise` when there is nothing to loop over. */
  | {
      readonly kind: 'range';
      readonly evaluate: Evaluate;
      readonly node: Node;
      readonly bind: BindElement | undefined;
      readonly otherwise: number;
    }
  /** At the end of a loop's body: sets dot and the loop variables to the next element and goes back to it, or ends the loop and goes on. */
  | { readonly kind: 'next'; readonly bind: BindElement | undefined; readonly body: number }
  | { readonly kind: 'break'; readonly end: number }
  | { readonly kind: 'continue'; readonly next: number }
  | { readonly kind: 'call'; readonly name: string; readonly evaluate: Evaluate | undefined; readonly node: Node }
  | { readonly kind: 'return' };

/** Puts the position (or key) and the element into the loop's variables, if it has any. */
export type BindElement = (machine: Machine, position: number | string, element: GoValue, isBoxed: boolean) => void;

export interface Program {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  /** Slots for variables, `$` included. */
  readonly slots: number;
}
