import { describe, expect, test } from 'vitest';
import { decodeConfigEntry } from '../../../../src/model/config-entry/decode.js';
import type { ConfigEntry, EntryOf } from '../../../../src/model/config-entry/entry.js';
import type { EntryKind } from '../../../../src/model/config-entry/shapes.js';
import { type ChainOverrides, noOverrides } from '../../../../src/model/discovery-chain/chain.js';
import { compileChain } from '../../../../src/model/discovery-chain/compile.js';
import type { EntrySource } from '../../../../src/model/discovery-chain/entries.js';

function stored(...given: object[]): EntrySource {
  const entries = given.map((entry) => ({ ...decodeConfigEntry(entry), CreateIndex: 1, ModifyIndex: 1 }) as ConfigEntry);
  return {
    entry: <K extends EntryKind>(kind: K, name: string) =>
      entries.find((entry) => entry.Kind === kind && entry.Name === name) as EntryOf<K> | undefined,
  };
}

const chainOf = (entries: EntrySource, overrides: Partial<ChainOverrides> = {}) =>
  compileChain(entries, { service: 'web', datacenter: 'dc1', trustDomain: 'td.consul', overrides: { ...noOverrides, ...overrides } });

const http = (Name: string) => ({ Kind: 'service-defaults', Name, Protocol: 'http' });
const resolver = (Name: string, parts: object) => ({ Kind: 'service-resolver', Name, ...parts });
const splitter = (Name: string, ...Splits: object[]) => ({ Kind: 'service-splitter', Name, Splits });

describe('where a chain ends', () => {
  test('without entries at the service itself, over tcp', () => {
    const chain = chainOf(stored());
    expect(chain).toMatchObject({ Protocol: 'tcp', StartNode: 'resolver:web.default.dc1' });
    expect(chain.Targets['web.default.dc1']?.SNI).toBe('web.default.dc1.internal.td.consul');
    expect(chain.CustomizationHash).toBeUndefined();
  });

  test.each([
    { name: 'a redirect is followed', entries: [resolver('web', { Redirect: { Service: 'b' } })], target: 'b.default.dc1' },
    {
      name: 'a redirect to another datacenter',
      entries: [resolver('web', { Redirect: { Datacenter: 'dc2' } })],
      target: 'web.default.dc2',
    },
    {
      name: 'the default subset is filled in',
      entries: [resolver('web', { DefaultSubset: 'v1', Subsets: { v1: {} } })],
      target: 'v1.web.default.dc1',
    },
    {
      name: 'a redirect leads to the default subset of the other',
      entries: [resolver('web', { Redirect: { Service: 'b' } }), resolver('b', { DefaultSubset: 'v2', Subsets: { v2: {} } })],
      target: 'v2.b.default.dc1',
    },
  ])('$name', ({ entries, target }) => {
    expect(Object.keys(chainOf(stored(...entries)).Targets)).toEqual([target]);
  });

  test('failover targets stand beside the first', () => {
    const chain = chainOf(stored(resolver('web', { Failover: { '*': { Datacenters: ['dc2', 'dc3'] } } })));
    expect(chain.Nodes['resolver:web.default.dc1']).toMatchObject({
      Resolver: { Failover: { Targets: ['web.default.dc2', 'web.default.dc3'] } },
    });
    expect(Object.keys(chain.Targets)).toEqual(['web.default.dc1', 'web.default.dc2', 'web.default.dc3']);
  });

  test('splitters behind splitters are one, with their weights multiplied', () => {
    const entries = stored(
      http('web'),
      http('b'),
      http('c'),
      splitter('web', { Weight: 50 }, { Weight: 50, Service: 'b' }),
      splitter('b', { Weight: 20 }, { Weight: 80, Service: 'c' }),
    );
    const chain = chainOf(entries);
    expect(Object.keys(chain.Nodes).filter((key) => key.startsWith('splitter'))).toEqual(['splitter:web.default']);
    expect(chain.Nodes['splitter:web.default']).toMatchObject({
      Splits: [
        { Weight: 50, NextNode: 'resolver:web.default.dc1' },
        { Weight: 10, NextNode: 'resolver:b.default.dc1' },
        { Weight: 40, NextNode: 'resolver:c.default.dc1' },
      ],
    });
  });
});

describe('overrides', () => {
  test('tcp leaves no splitter, and says that it changed something', () => {
    const chain = chainOf(stored(http('web'), splitter('web', { Weight: 100 })), { protocol: 'tcp' });
    expect(chain).toMatchObject({ Protocol: 'tcp', StartNode: 'resolver:web.default.dc1' });
    expect(chain.CustomizationHash).toMatch(/^[0-9a-f]{8}$/);
  });

  test('what is so already changes nothing', () => {
    expect(chainOf(stored(http('web')), { protocol: 'http', connectTimeoutMs: 5000 }).CustomizationHash).toBeUndefined();
  });
});

test.each([
  {
    name: 'splits need a protocol with requests',
    entries: [splitter('web', { Weight: 100 })],
    fault: 'uses a protocol "tcp" that does not permit advanced routing',
  },
  {
    name: 'all services speak one protocol',
    entries: [http('web'), splitter('web', { Weight: 100, Service: 'b' })],
    fault: 'service "b" has "tcp" which is not "http"',
  },
  {
    name: 'redirects in a ring',
    entries: [resolver('web', { Redirect: { Service: 'b' } }), resolver('b', { Redirect: { Service: 'web' } })],
    fault: 'circular',
  },
  {
    name: 'splitters in a ring',
    entries: [http('web'), http('b'), splitter('web', { Weight: 100, Service: 'b' }), splitter('b', { Weight: 100, Service: 'web' })],
    fault: 'circular',
  },
  {
    name: 'a subset that is none',
    entries: [http('web'), splitter('web', { Weight: 100, ServiceSubset: 'v9' })],
    fault: 'does not have a subset named "v9"',
  },
])('refused: $name', ({ entries, fault }) => {
  expect(() => chainOf(stored(...entries))).toThrow(fault);
});
