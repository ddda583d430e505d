import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkInFile } from '../../../src/model/decode/check-definition.js';
import { serviceInFile } from '../../../src/model/decode/service-definition.js';
import { type Decoder, decodeFile } from '../../../src/model/decode.js';

/** What a decoder of files knows, by asking it for a key that it does not. */
const keysOf = (decoder: Decoder<unknown>) => decodeFile(decoder, { 'no such key': 1 }).context.unknownKeys[0]?.known ?? [];

test.each([
  { page: 'docs/checks.md', keys: keysOf(checkInFile).filter((key) => key !== 'shell') },
  { page: 'docs/services.md', keys: keysOf(serviceInFile) },
])('$page names every key that files may have', ({ page, keys }) => {
  const text = readFileSync(page, 'utf8');
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});
