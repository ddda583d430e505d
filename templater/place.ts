/** Where in a template something was asked for. Lines count from 1, columns are byte offsets in the line, from 0 (as Go counts). */
export interface Place {
  readonly template: string;
  readonly line: number;
  readonly column: number;
}
