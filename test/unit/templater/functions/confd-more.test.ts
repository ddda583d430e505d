/** What the recordings of confd do not hold: moments, and functions that are not there. */
import { expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { fakeSource } from '../fake-source.js';

async function render(text: string): Promise<string> {
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'both' });
  return Buffer.from(template.render(fakeSource({ now: Date.UTC(2024, 0, 31, 13, 4, 5, 678) })).bytes).toString();
}

test.each([
  ['{{datetime.UTC.Format "Jan 2, 2006 at 3:04pm (MST)"}}', 'Jan 31, 2024 at 1:04pm (UTC)'],
  ['{{(datetime.UTC.Add 3600000000000).Format "15:04:05.000"}}', '14:04:05.678'],
  ['{{(datetime.UTC.Add -500000000).Format "05.000"}}', '05.178'],
  ['{{(datetime.UTC.AddDate 0 0 30).Format "2006-01-02 15:04:05"}}', '2024-03-01 13:04:05'],
  ['{{(datetime.UTC.AddDate 1 1 -1).Format "2006-01-02"}}', '2025-03-02'],
  ['{{datetime.UTC.Truncate 3600000000000}}', '2024-01-31 13:00:00 +0000 UTC'],
  ['{{datetime.UTC.Truncate 604800000000000}}', '2024-01-29 00:00:00 +0000 UTC'],
  ['{{datetime.UTC.Truncate 0}}', '2024-01-31 13:04:05.678 +0000 UTC'],
])('%s', async (text, output) => expect(await render(text)).toBe(output));

test.each(['cget "/a"', 'cgets "/*"', 'cgetv "/a"', 'cgetvs "/*"'])(
  '%s, which reads what crypt encrypted, refuses with a sentence',
  async (call) => {
    await expect(render(`{{${call}}}`)).rejects.toThrow(
      /error calling cget\w*: values encrypted by crypt are not read; keep secrets in Vault/,
    );
  },
);
