import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../../src/lib/unified-diff.js';

describe('unifiedDiff', () => {
  test('shows a changed line with three lines around it', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni\n';
    expect(unifiedDiff(before, before.replace('e\n', 'E\n'))).toEqual(['@@ -2,7 +2,7 @@', ' b', ' c', ' d', '-e', '+E', ' f', ' g', ' h']);
  });

  test('changes far from each other are hunks of their own, near ones share one', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i}\n`);
    const changed = lines.map((line, i) => ([2, 8, 25].includes(i) ? `x${line}` : line));
    expect(unifiedDiff(lines.join(''), changed.join('')).filter((line) => line.startsWith('@@'))).toEqual([
      '@@ -1,12 +1,12 @@',
      '@@ -23,7 +23,7 @@',
    ]);
  });

  test.each([
    { name: 'a new file', before: '', after: 'a\nb\n', diff: ['@@ -0,0 +1,2 @@', '+a', '+b'] },
    { name: 'an emptied file', before: 'a\n', after: '', diff: ['@@ -1 +0,0 @@', '-a'] },
    {
      name: 'a newline that went',
      before: 'a\nb\n',
      after: 'a\nb',
      diff: ['@@ -1,2 +1,2 @@', ' a', '-b', '+b', '\\ No newline at end of file'],
    },
    { name: 'nothing', before: 'a', after: 'a', diff: [] },
  ])('$name', ({ before, after, diff }) => {
    expect(unifiedDiff(before, after)).toEqual(diff);
  });

  test('ten thousand other lines are one block, soon', () => {
    const text = (sign: string) => Array.from({ length: 10_000 }, (_, i) => `${sign}${i}\n`).join('');
    expect(unifiedDiff(text('a'), text('b'))).toHaveLength(20_001);
  });

  const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.join('\n'));
  test('applied to the one text it gives the other', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        expect(applied(before, unifiedDiff(before, after))).toBe(after);
      }),
    );
  });
});

/** As `patch` does, believing the line numbers. */
function applied(before: string, diff: readonly string[]): string {
  const from = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let used = 0;
  for (const [position, line] of diff.entries()) {
    const end = diff[position + 1]?.startsWith('\\') ? '' : '\n';
    const header = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      result.push(...from.slice(used, start));
      used = start;
    } else if (line.startsWith('+')) result.push(line.slice(1) + end);
    else if (!line.startsWith('\\')) {
      expect(from[used]).toBe(line.slice(1) + end);
      if (line.startsWith(' ')) result.push(line.slice(1) + end);
      used += 1;
    }
  }
  return [...result, ...from.slice(used)].join('');
}
