/**
 * The difference of two texts as `diff -u` shows it: the fewest lines taken out and put in (Myers, "An O(ND) difference algorithm",
 * 1986), in hunks with three lines around them.
 */

/** More changed lines than this are shown as one block: the search is quadratic in their number. */
const changesMax = 2000;
const contextLines = 3;

interface Step {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/**
 * Lines with their signs and hunk headers (`@@ -1,3 +1,4 @@`), without file names; [] for equal texts. A missing newline at the end is
 * told as `diff` does.
 */
export function unifiedDiff(before: string, after: string): readonly string[] {
  if (before === after) return [];
  return hunksOf(steps(linesOf(before), linesOf(after)));
}

/** With their newlines, so that a last line without one is another line. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function steps(before: readonly string[], after: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const kept = (line: string): Step => ({ kind: ' ', line });
  return [
    ...before.slice(0, start).map(kept),
    ...changes(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(kept),
  ];
}

function changes(before: readonly string[], after: readonly string[]): readonly Step[] {
  const frontiers = search(before, after);
  if (frontiers === undefined) {
    return [...before.map((line): Step => ({ kind: '-', line })), ...after.map((line): Step => ({ kind: '+', line }))];
  }
  return walkBack(before, after, frontiers);
}

/**
 * frontiers[d] tells how far d changes get: for each diagonal k (lines taken out less lines put in), the most lines of `before` used up.
 * The last one reaches both ends. undefined when it takes more than `changesMax` changes.
 */
function search(before: readonly string[], after: readonly string[]): readonly ReadonlyMap<number, number>[] | undefined {
  const frontiers: Map<number, number>[] = [];
  let last = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(changesMax, before.length + after.length); d++) {
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      let x = comesFromAbove(last, k, d) ? reach(last, k + 1) : reach(last, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      next.set(k, x);
      if (x >= before.length && x - k >= after.length) return [...frontiers, next];
    }
    frontiers.push(next);
    last = next;
  }
  return undefined;
}

/** Whether the last change on the way to diagonal k put a line in (from k + 1), rather than took one out (from k - 1). */
function comesFromAbove(last: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && reach(last, k - 1) < reach(last, k + 1));
}

function reach(frontier: ReadonlyMap<number, number>, k: number): number {
  return frontier.get(k) ?? 0;
}

function walkBack(before: readonly string[], after: readonly string[], frontiers: readonly ReadonlyMap<number, number>[]): Step[] {
  const found: Step[] = [];
  let [x, y] = [before.length, after.length];
  const keep = (toX: number) => {
    for (; x > toX; x--, y--) found.push({ kind: ' ', line: before[x - 1] ?? '' });
  };
  for (let d = frontiers.length - 1; d > 0; d--) {
    const last = frontiers[d - 1] ?? new Map();
    const k = x - y;
    const isPutIn = comesFromAbove(last, k, d);
    const fromX = reach(last, isPutIn ? k + 1 : k - 1);
    keep(isPutIn ? fromX : fromX + 1);
    if (isPutIn) found.push({ kind: '+', line: after[--y] ?? '' });
    else found.push({ kind: '-', line: before[--x] ?? '' });
  }
  keep(0);
  return found.reverse();
}

/** Changes that have at most twice the context between them share a hunk. */
function hunksOf(all: readonly Step[]): readonly string[] {
  const changed = all.flatMap(({ kind }, position) => (kind === ' ' ? [] : [position]));
  const ranges: { from: number; to: number }[] = [];
  for (const position of changed) {
    const [from, to] = [Math.max(0, position - contextLines), Math.min(all.length, position + contextLines + 1)];
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  }
  let [beforeLine, afterLine, done] = [0, 0, 0];
  return ranges.flatMap(({ from, to }) => {
    // What lies between two hunks is the same on both sides.
    beforeLine += from - done;
    afterLine += from - done;
    const hunk = all.slice(from, to);
    const [taken, given] = [hunk.filter(({ kind }) => kind !== '+').length, hunk.filter(({ kind }) => kind !== '-').length];
    const header = `@@ -${range(beforeLine, taken)} +${range(afterLine, given)} @@`;
    [beforeLine, afterLine, done] = [beforeLine + taken, afterLine + given, to];
    return [header, ...hunk.flatMap(shown)];
  });
}

/** Lines count from 1; a range without lines names the one before it, and one line needs no count. */
function range(linesBefore: number, count: number): string {
  if (count === 0) return `${linesBefore},0`;
  return count === 1 ? `${linesBefore + 1}` : `${linesBefore + 1},${count}`;
}

function shown({ kind, line }: Step): readonly string[] {
  return line.endsWith('\n') ? [kind + line.slice(0, -1)] : [kind + line, '\\ No newline at end of file'];
}
