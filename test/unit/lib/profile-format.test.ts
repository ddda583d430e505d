import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeProfile } from '../../../src/lib/profile-format.js';

/** Fields of a protobuf message in their order: numbers, or bytes. */
function fields(bytes: Buffer): (readonly [field: number, value: number | Buffer])[] {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  const found: (readonly [number, number | Buffer])[] = [];
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === 0) found.push([tag >> 3, varint()]);
    else {
      const length = varint();
      found.push([tag >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return found;
}
const of = (message: ReturnType<typeof fields>, field: number) => message.filter(([number]) => number === field).map(([, value]) => value);
const numbers = (value: number | Buffer | undefined) => [...(value as Buffer)];

test('a profile names stacks from the innermost place outwards', async () => {
  const main = { functionName: 'main', file: 'a.js', line: 3, parent: null };
  const work = { functionName: 'work', file: 'a.js', line: 200, parent: main };
  const bytes = await encodeProfile({
    kinds: [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    samples: [
      { node: work, values: [1, 100] },
      { node: main, values: [1, 5] },
    ],
    startedAtMs: 1_700_000_000_000,
    durationMs: 1000,
  });
  const profile = fields(gunzipSync(bytes));
  const texts = of(profile, 6).map(String);
  expect(texts[0]).toBe('');
  expect(of(profile, 1).map((kind) => fields(kind as Buffer).map(([, id]) => texts[id as number]))).toEqual([
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ]);
  const [first, second] = of(profile, 2).map((sample) => fields(sample as Buffer));
  expect(of(first ?? [], 2).map(numbers)).toEqual([[1, 100]]);
  const places = new Map(
    of(profile, 4)
      .map((place) => fields(place as Buffer))
      .map((place) => [of(place, 1)[0], place]),
  );
  const names = new Map(
    of(profile, 5)
      .map((made) => fields(made as Buffer))
      .map((made) => [of(made, 1)[0], texts[Number(of(made, 2)[0])]]),
  );
  const stack = (sample: ReturnType<typeof fields> | undefined) =>
    numbers(of(sample ?? [], 1)[0]).map((id) => {
      const line = fields(of(places.get(id) ?? [], 4)[0] as Buffer);
      return [names.get(Number(of(line, 1)[0])), of(line, 2)[0]];
    });
  expect(stack(first)).toEqual([
    ['work', 200],
    ['main', 3],
  ]);
  expect(stack(second)).toEqual([['main', 3]]);
  expect(of(profile, 10)).toEqual([1_000_000_000]);
});
