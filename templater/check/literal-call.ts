/** A call in a template whose first argument stands there as a text. */
export interface LiteralCall {
  readonly name: string;
  /** The first argument. */
  readonly text: string;
  /** How many arguments there are. */
  readonly count: number;
  /** From 1. */
  readonly line: number;
}
