import { describe, expect, test } from 'vitest';
import type { Change, Expectation, Transaction } from '../../../src/model/storage.js';
import { CommitGroup } from '../../../src/server/commit-group.js';

const put = (key: string, Value = ''): Change => ({ kind: 'put', table: 'kv', key, record: { Value } });
const gone = (key: string): Change => ({ kind: 'delete', table: 'kv', key });
const tree = (key: string): Change => ({ kind: 'deletePrefix', table: 'kv', key });
const at = (key: string, revision = 1): Expectation => ({ table: 'kv', key, revision });
const below = (prefix: string): Expectation => ({ table: 'kv', prefix, notAfter: 1 });
const noneNewBelow = (prefix: string): Expectation => ({ table: 'kv', prefix, notAfter: 1, ignoresDeletions: true });
const txn = (expect: readonly Expectation[], ...changes: readonly Change[]): Transaction => ({ expect, changes });

describe('what fits', () => {
  test.each([
    { name: 'different rows', first: txn([], put('a')), second: txn([], put('b')), fits: true },
    { name: 'the same row', first: txn([at('a')], put('a')), second: txn([at('a')], put('a')), fits: false },
    { name: 'a plain put over a row that is expected', first: txn([at('a')], put('b')), second: txn([], put('a')), fits: true },
    { name: 'expecting what is changed', first: txn([], put('a')), second: txn([at('a')], put('b')), fits: false },
    { name: 'expecting a prefix with a change below it', first: txn([], put('p/a')), second: txn([below('p/')], put('b')), fits: false },
    { name: 'expecting a prefix with a deletion below it', first: txn([], gone('p/a')), second: txn([below('p/')], put('b')), fits: false },
    {
      name: 'expecting nothing new where something goes',
      first: txn([], gone('p/a')),
      second: txn([noneNewBelow('p/')], put('b')),
      fits: true,
    },
    { name: 'expecting nothing new where something is put', first: txn([], put('p/a')), second: txn([noneNewBelow('p/')]), fits: false },
    { name: 'expecting another prefix', first: txn([], put('p/a')), second: txn([below('q/')], put('b')), fits: true },
    { name: 'a put into a tree that goes', first: txn([], tree('p/')), second: txn([], put('p/a')), fits: false },
    { name: 'a tree with a put in it', first: txn([], put('p/a')), second: txn([], tree('p')), fits: false },
    { name: 'a tree within a tree', first: txn([], tree('p')), second: txn([], tree('p/q')), fits: false },
    { name: 'a deletion of what is put', first: txn([], put('a')), second: txn([], gone('a')), fits: false },
    { name: 'a plain put over a lock operation', first: txn([at('a')], put('a')), second: txn([], put('a')), fits: false },
    {
      name: 'the same key in another table',
      first: txn([], put('a')),
      second: txn([{ table: 'locks', key: 'a', revision: 0 }]),
      fits: true,
    },
  ])('$name: $fits', ({ first, second, fits }) => {
    const group = new CommitGroup();
    expect(group.add(first)).toBe(0);
    expect(group.add(second) !== undefined).toBe(fits);
  });

  test('plain puts of one row share a place, and the last one is committed', () => {
    const group = new CommitGroup();
    expect([group.add(txn([], put('a', '1'))), group.add(txn([], put('b'))), group.add(txn([], put('a', '2')))]).toEqual([0, 1, 0]);
    expect(group.transactions).toEqual([txn([], put('a', '2')), txn([], put('b'))]);
  });
});
