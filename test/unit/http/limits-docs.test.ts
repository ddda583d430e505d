import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requestLimits as limits } from '../../../src/model/limits.js';

const page = readFileSync('docs/api/README.md', 'utf8');
const kib = (bytes: number) => `${bytes / 1024} KiB`;

test.each([
  { what: 'path and query', limit: kib(limits.targetBytesMax) },
  { what: 'headers', limit: kib(limits.headerBytesMax) },
  { what: 'any other body', limit: kib(limits.bodyBytesMax) },
  { what: 'JSON: lists and objects inside each other', limit: String(limits.jsonDepthMax) },
  { what: 'a filter', limit: `${kib(limits.filterBytesMax)}, depth ${limits.filterDepthMax}` },
  { what: 'time for the headers', limit: `${limits.headersMs / 1000} s` },
  { what: 'a pause in a body', limit: `${limits.idleBodyMs / 1000} s` },
  { what: 'time for a whole request', limit: `${limits.requestMs / 60_000} min` },
])('the page of the API shows the limit of $what', ({ what, limit }) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${what} `));
  expect(row?.split('|')[2]?.trim()).toBe(limit);
});
