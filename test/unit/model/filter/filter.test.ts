import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServiceInstance } from '../../../../src/model/catalog-answers.js';
import { MeshError } from '../../../../src/model/errors.js';
import { compileFilter } from '../../../../src/model/filter/filter.js';
import { checkFields, healthFields, instanceFields } from '../../../../src/model/filter/shapes.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../../src/model/records.js';

const indexes = { CreateIndex: 1, ModifyIndex: 1 };
const node: NodeRecord = {
  ID: '',
  Node: 'n1',
  Address: '10.0.0.1',
  Datacenter: 'dc1',
  TaggedAddresses: { wan: '198.51.100.9' },
  Meta: { os: 'linux', 'k/v': 'x' },
  ...indexes,
};
const service: ServiceRecord = {
  Node: 'n1',
  Kind: '',
  ID: 'a',
  Service: 'web',
  Tags: ['blue', 'v1'],
  Address: '10.1.0.1',
  TaggedAddresses: { wan: { Address: '198.51.100.2', Port: 8 } },
  Meta: { env: 'prod' },
  Port: 80,
  SocketPath: '',
  Weights: { Passing: 3, Warning: 1 },
  EnableTagOverride: false,
  Proxy: { Mode: '', Upstreams: [{ DestinationName: 'db' }] },
  Connect: {},
  ...indexes,
};
const instance: ServiceInstance = { Node: node, Service: service };
const check = (Status: string): CheckRecord => ({
  Node: 'n1',
  CheckID: Status,
  Name: Status,
  Status,
  Notes: '',
  Output: 'slow',
  ServiceID: 'a',
  ServiceName: 'web',
  ServiceTags: ['t'],
  Type: '',
  Interval: '',
  Timeout: '',
  ExposedPort: 0,
  Definition: {},
  ...indexes,
});

test.each([
  ['ServicePort == 80', true],
  ['ServicePort=="0x50"', true],
  ['ServicePort != 80', false],
  ['not not ServiceID == a', true],
  ['ServicePort == 80 or ServicePort == 81 and ServiceID == c', true],
  ['(ServicePort == 80 or ServicePort == 81) and ServiceID == c', false],
  ['blue in ServiceTags and ServiceTags not contains v2', true],
  ['env in ServiceMeta', true],
  ['"10.1" in Address', false],
  ['ServiceMeta["env"] == prod', true],
  ['ServiceMeta.none != x', true],
  ['ServiceMeta.none == x', false],
  ['ServiceMeta.none matches "^x$"', true],
  ['NodeMeta["k/v"] == x', true],
  ['ServiceTaggedAddresses.wan.Port == 8', true],
  ['ServiceTaggedAddresses.lan.Port == 8', false],
  ['ServiceTaggedAddresses.lan.Port != 8', true],
  ['ServiceProxy.Upstreams.DestinationName == db', true],
  ['ServiceWeights.Passing == 3', true],
  ['Node matches `^n[0-9]$`', true],
  ['ServiceTags is empty', false],
] as const)('%s is %s', (text, expected) => {
  expect(compileFilter(text, instanceFields)(instance)).toBe(expected);
});

test.each([
  ['Checks.Status == warning', true],
  ['Checks.Status != warning', true],
  ['not Checks.Status == warning', false],
  ['Checks.ServiceTags contains t', true],
  ['Checks is empty', false],
] as const)('any element of a list may satisfy a condition: %s', (text, expected) => {
  expect(compileFilter(text, healthFields)({ ...instance, Checks: [check('passing'), check('warning')] })).toBe(expected);
});

const prefix = 'Failed to create boolean expression evaluator: ';
test.each([
  ['Nope == 1', 'Selector "Nope" is not valid'],
  ['ServiceMeta.a.b == 1', 'Selector "ServiceMeta.a.b" is not valid'],
  ['ServiceProxy.Config.x == 1', 'Selector "ServiceProxy.Config" is not valid'],
  ['ServicePort is empty', 'Invalid match operator "Is Empty" for selector "ServicePort"'],
  ['ServiceAddress is not empty', 'Invalid match operator "Is Not Empty" for selector "ServiceAddress"'],
  ['ServicePort contains 8', 'Invalid match operator "In" for selector "ServicePort"'],
  ['ServicePort == abc', 'Failed to coerce value "abc" for selector "ServicePort": strconv.ParseInt: parsing "abc": invalid syntax'],
  [
    'ServicePort == 99999999999999999999',
    'Failed to coerce value "99999999999999999999" for selector "ServicePort": strconv.ParseInt: parsing "99999999999999999999": value out of range',
  ],
  ['ServiceEnableTagOverride in x', 'Selector "x" is not valid'],
  ['ServicePort ==', '1:15 (14): no match found, expected: '],
  ['ServicePort = 80', '1:13 (12): no match found, expected: '],
  ['ServicePort == 80 and', '1:22 (21): no match found, expected: '],
  ['(ServicePort == 80', '1:19 (18): rule "grouping": Unmatched parentheses'],
  ['ServicePort == "80', '1:19 (18): rule "string": Unterminated string literal'],
  ['ServicePort == 0x50', '1:17 (16): rule "number": Invalid number literal'],
  ['ServiceMeta[env] == 1', '1:13 (12): rule "index": Invalid index'],
  ['and', '1:4 (3): no match found, expected: '],
  ['((', '1:3 (2): no match found, expected: '],
  [' ', '1:2 (1): no match found, expected: '],
  ['""', '1:3 (2): no match found, expected: '],
  ['Node matches "["', 'Failed to compile regular expression "[": error parsing regexp: '],
] as const)('%s is refused with its place', (text, message) => {
  expect(() => compileFilter(text, instanceFields)).toThrow(prefix + message);
});

describe('hostile texts', () => {
  test('a deep nest is refused, whatever it is made of', () => {
    for (const text of [`${'('.repeat(3000)}Node == n1${')'.repeat(3000)}`, `${'not '.repeat(2000)}Node == n1`])
      expect(() => compileFilter(text, instanceFields)).toThrow(/nests deeper than 64/);
  });

  test('a long text is refused', () => {
    expect(() => compileFilter(`Node == "${'x'.repeat(9000)}"`, instanceFields)).toThrow(/longer than 8192 bytes/);
  });

  test('a long flat chain is understood', () => {
    expect(compileFilter(Array(600).fill('Node==x').join(' or '), instanceFields)(instance)).toBe(false);
  });

  test('a pattern that would run for ever elsewhere does not here', () => {
    const slow = compileFilter('Output matches "(a+)+$"', checkFields);
    expect(slow({ ...check('passing'), Output: `${'a'.repeat(5000)}!` })).toBe(false);
  });

  test('any text is either a test or a MeshError', () => {
    const words = fc.constantFrom(
      'Node',
      'ServiceMeta',
      '.',
      '[',
      ']',
      '"',
      '`',
      '==',
      '!=',
      ' ',
      'and',
      'or',
      'not',
      'in',
      'is',
      'empty',
      'contains',
      'matches',
      '(',
      ')',
      '80',
      '-',
      '\\',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(typeof compileFilter(text, instanceFields)(instance)).toBe('boolean');
          } catch (error) {
            expect(error).toBeInstanceOf(MeshError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
