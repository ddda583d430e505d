import { expect, test } from 'vitest';
import { covers, precedenceOf } from '../../../src/model/intention-precedence.js';

test.each([
  { name: 'both ends named', source: 'web', destination: 'db', precedence: 9 },
  { name: 'any source', source: '*', destination: 'db', precedence: 8 },
  { name: 'any destination', source: 'web', destination: '*', precedence: 6 },
  { name: 'both any', source: '*', destination: '*', precedence: 5 },
])('$name', ({ source, destination, precedence }) => {
  expect(precedenceOf(source, destination)).toBe(precedence);
});

test.each([
  { pattern: '*', service: 'web', covered: true },
  { pattern: 'web', service: 'WEB', covered: true },
  { pattern: 'web', service: 'web2', covered: false },
  { pattern: 'web', service: '*', covered: false },
])('"$pattern" covers "$service": $covered', ({ pattern, service, covered }) => {
  expect(covers(pattern, service)).toBe(covered);
});
