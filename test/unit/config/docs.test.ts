import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { beginMark, endMark, optionTable } from '../../support/option-docs.js';

const path = 'docs/configuration.md';

/** The formatter pads the columns. */
function plain(markdown: string): string {
  return markdown.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---');
}

test('docs/configuration.md lists every option as the table has it', () => {
  const page = readFileSync(path, 'utf8');
  const [before, rest = ''] = page.split(beginMark);
  const after = rest.split(endMark)[1];
  const wanted = `${before}${beginMark}\n\n${optionTable()}\n\n${endMark}${after}`;
  if (process.env.UPDATE_DOCS) writeFileSync(path, wanted);
  expect(plain(readFileSync(path, 'utf8'))).toBe(plain(wanted));
});
