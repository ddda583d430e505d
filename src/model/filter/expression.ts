/** What a filter text says, before it is held against the fields of a record. */

export type MatchOperator = 'Equal' | 'Not Equal' | 'In' | 'Not In' | 'Is Empty' | 'Is Not Empty' | 'Matches' | 'Not Matches';

/** `Service.Meta["a b"]` -> path ["Service", "Meta", "a b"]. */
export interface Match {
  readonly kind: 'match';
  readonly path: readonly string[];
  readonly operator: MatchOperator;
  /** '' for the operators without one. */
  readonly value: string;
}

export type Expression =
  | Match
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression };

/** How a selector is written in error texts. */
export const showPath = (path: readonly string[]): string => path.join('.');
