import { describe, expect, test } from 'vitest';
import { keyTree } from '../../../../templater/runtime/resource-keys.js';
import { environmentSource } from '../../../../templater/source/environment.js';
import { SourceError } from '../../../../templater/source/source.js';
import { keyOf, prefixOf } from '../runtime/fakes.js';

const source = environmentSource({ APP_DB_HOST: 'h', APP_NAME: 'n', OTHER: 'x', UNSET: undefined });
const { signal } = new AbortController();

describe('the environment as a source of keys', () => {
  test('APP_DB_HOST is /app/db/host', async () => {
    const tree = keyTree({ cutPrefix: '/', missing: 'wait' }, [await source.fetch(prefixOf(''), signal)]);
    expect(tree.keys().map((key) => [key, tree.get(key)])).toEqual([
      ['/app/db/host', 'h'],
      ['/app/name', 'n'],
      ['/other', 'x'],
    ]);
    expect((await source.fetch(prefixOf('app/db'), signal)).map(({ Key }) => Key)).toEqual(['app/db/host']);
    expect(await source.fetch(keyOf('app/name'), signal)).toMatchObject({ Value: Buffer.from('n').toString('base64') });
    expect(await source.fetch(keyOf('none'), signal)).toBe(null);
  });

  test('it has keys only', async () => {
    const failures: string[] = [];
    await expect(source.fetch({ kind: 'services', datacenter: '' }, signal)).rejects.toThrow(SourceError);
    source.follow({ kind: 'services', datacenter: '' }, { signal, onValue: () => {}, onFailure: (reason) => failures.push(reason) });
    expect(failures).toEqual(['the env backend has no services, only keys']);
  });
});
