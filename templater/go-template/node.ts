/** The tree of a parsed template. Positions are byte offsets in the source. */
import type { GoValue } from './value.js';

export interface DotNode {
  readonly kind: 'dot';
  readonly position: number;
}
export interface NilNode {
  readonly kind: 'nil';
  readonly position: number;
}
export interface BoolNode {
  readonly kind: 'bool';
  readonly position: number;
  readonly value: boolean;
}
/** `text` is the spelling in the source, which error texts repeat. */
export interface NumberNode {
  readonly kind: 'number';
  readonly position: number;
  readonly text: string;
  readonly value: NumberValue;
}
/** What one spelling can stand for, depending on the parameter that takes it. */
export interface NumberValue {
  /** What it is where any type goes; undefined for a whole number that no `int` can hold. */
  readonly ideal: GoValue;
  readonly integer: bigint | undefined;
  readonly unsigned: bigint | undefined;
  readonly float: number | undefined;
}
/** `literal` is the source with its quotes, `value` what it means. */
export interface StringNode {
  readonly kind: 'string';
  readonly position: number;
  readonly literal: string;
  readonly value: string;
}
/** `.a.b` from dot. */
export interface FieldNode {
  readonly kind: 'field';
  readonly position: number;
  readonly names: readonly string[];
}
/** `$v.a.b`; `variable` has its dollar sign. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly position: number;
  readonly variable: string;
  readonly names: readonly string[];
}
export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly position: number;
  readonly name: string;
}
/** `(pipeline).a.b` or `function.a.b`. */
export interface ChainNode {
  readonly kind: 'chain';
  readonly position: number;
  readonly base: PipeNode | IdentifierNode;
  readonly names: readonly string[];
}
export interface PipeNode {
  readonly kind: 'pipe';
  readonly position: number;
  /** Names with their dollar signs. */
  readonly variables: readonly string[];
  /** `=` instead of `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly CommandNode[];
}
export interface CommandNode {
  readonly kind: 'command';
  readonly position: number;
  /** At least one. */
  readonly operands: readonly [Operand, ...Operand[]];
}
export type Operand =
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode;

export interface TextNode {
  readonly kind: 'text';
  readonly position: number;
  readonly text: string;
}
export interface ActionNode {
  readonly kind: 'action';
  readonly position: number;
  readonly pipe: PipeNode;
}
export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly body: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface TemplateNode {
  readonly kind: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface BreakNode {
  readonly kind: 'break' | 'continue';
  readonly position: number;
}
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | BreakNode;
export interface ListNode {
  readonly kind: 'list';
  readonly position: number;
  readonly statements: readonly Statement[];
}
export type Node = Statement | ListNode | CommandNode | Operand;

/** A file with everything it defines. */
export interface TemplateTree {
  readonly name: string;
  readonly source: string;
  /** By name; the file itself is one of them unless it is empty and its name is defined inside. */
  readonly templates: ReadonlyMap<string, ListNode>;
}
