/**
 * The words of a filter text. A position that fails is remembered: when nothing fits, the fault is where the text was last understood
 * (the furthest position tried), as `line:column (offset)` with all three counted as the API does: line and column from 1, offset from 0.
 */
import { MeshError } from '../errors.js';

export class Scanner {
  readonly text: string;
  position = 0;
  private furthest = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Takes what a sticky expression matches here. */
  take(expression: RegExp): string | undefined {
    expression.lastIndex = this.position;
    const found = expression.exec(this.text)?.[0];
    if (found === undefined) this.missed();
    else this.position += found.length;
    return found;
  }

  /** Takes this very text, or nothing. */
  literal(text: string): boolean {
    if (!this.text.startsWith(text, this.position)) {
      this.missed();
      return false;
    }
    this.position += text.length;
    return true;
  }

  blanks(): void {
    this.take(/[ \t\r\n]*/y);
  }

  /** At least one blank. */
  gap(): boolean {
    return this.take(/[ \t\r\n]+/y) !== undefined;
  }

  /** Runs `attempt`; when it gives nothing the position is as before. */
  attempt<T>(attempt: () => T | undefined): T | undefined {
    const before = this.position;
    const result = attempt();
    if (result === undefined) this.position = before;
    return result;
  }

  missed(): void {
    if (this.position > this.furthest) this.furthest = this.position;
  }

  nothingFits(): MeshError {
    return this.fault(this.furthest, 'no match found, expected: a selector, a value or an operator');
  }

  /** A fault of a named rule, at the position reached. */
  ruleFault(rule: string, text: string): MeshError {
    return this.fault(this.position, `rule "${rule}": ${text}`);
  }

  private fault(offset: number, text: string): MeshError {
    const before = this.text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - (before.lastIndexOf('\n') + 1) + 1;
    return new MeshError('refused', `Failed to create boolean expression evaluator: ${line}:${column} (${offset}): ${text}`);
  }
}
