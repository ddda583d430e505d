import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrefixMap } from '../../../src/lib/prefix-map.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 5 });

test('the values of exactly the prefixes of a key are visited, each once', () => {
  fc.assert(
    fc.property(fc.array(text), fc.array(text), text, (added, deleted, key) => {
      const map = new PrefixMap<string>();
      for (const prefix of added) map.set(prefix, prefix);
      for (const prefix of deleted) map.delete(prefix);
      const left = new Set(added.filter((prefix) => !deleted.includes(prefix)));
      const visited: string[] = [];
      map.visitPrefixesOf(key, (prefix) => visited.push(prefix));
      expect(visited.sort()).toEqual([...left].filter((prefix) => key.startsWith(prefix)).sort());
      expect([...map.all()].sort()).toEqual([...left].sort());
      expect(map.size).toBe(left.size);
    }),
  );
});
