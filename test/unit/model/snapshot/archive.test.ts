import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArchiveRow } from '../../../../src/model/snapshot/archive.js';
import { readArchive } from '../../../../src/model/snapshot/read-archive.js';
import { writeArchive } from '../../../../src/model/snapshot/write-archive.js';

const head = { datacenter: 'dc1', time: '2026-01-02T15:04:05.000Z' };
const row = (key: string, more: Partial<ArchiveRow> = {}): ArchiveRow => ({
  ...{ table: 'kv', key, created: 3, revision: 4, record: { Flags: '0', Value: 'YQ==' } },
  ...more,
});

async function archived(rows: readonly ArchiveRow[], revision = 9): Promise<Buffer> {
  async function* batches() {
    for (const one of rows) yield [one];
    return revision;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of writeArchive(head, batches()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Uint8Array, length = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const refusal = (bytes: Uint8Array) =>
  readArchive(inPieces(bytes)).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('an archive', () => {
  test('reads as it was written, whatever the keys and the pieces it comes in', async () => {
    const rows = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.jsonValue())), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 400 }), async (given, length) => {
        const written = given.map(([key, record]) => row(key, { record: JSON.parse(JSON.stringify(record)) }));
        const read = await readArchive(inPieces(await archived(written), length));
        expect(read.rows).toEqual(written);
        expect(read.head).toEqual(head);
        expect(read.end).toMatchObject({ revision: 9, rows: written.length });
      }),
      { numRuns: 50 },
    );
  });

  test('is refused wherever it is cut off', async () => {
    const whole = await archived([row('a'), row('b')]);
    for (let length = 0; length < whole.length; length++) {
      expect(await refusal(whole.subarray(0, length)), `${length} bytes`).toMatch(/^failed to (?:decompress|read) snapshot: ./);
    }
  });

  test('is refused whichever byte is changed, or was read to the same rows', async () => {
    const whole = await archived([row('a'), row('b')]);
    const rows = JSON.stringify((await readArchive(inPieces(whole))).rows);
    for (let position = 0; position < whole.length; position++) {
      const damaged = Buffer.from(whole);
      damaged[position] = (damaged[position] ?? 0) ^ 0x20;
      const read = await readArchive(inPieces(damaged)).catch(() => null); // a changed time stamp of gzip says nothing of the rows
      if (read) expect(JSON.stringify(read.rows)).toBe(rows);
    }
  });

  test.each([
    { name: 'a text', bytes: Buffer.from('this is not a snapshot'), text: 'failed to decompress snapshot: incorrect header check' },
    { name: 'nothing', bytes: Buffer.alloc(0), text: 'failed to decompress snapshot: unexpected end of file' },
    { name: 'another gzip file', bytes: gzipSync('hello\n'), text: 'failed to read snapshot: a line is damaged' },
    { name: 'other JSON', bytes: gzipSync('{"a":1}\n'), text: 'failed to read snapshot: it is not a snapshot of mesh' },
    {
      name: 'one of a later version',
      bytes: gzipSync('{"format":"mesh-snapshot","version":2}\n'),
      text: 'failed to read snapshot: it is of version 2; this agent reads version 1',
    },
  ])('$name is none', async ({ bytes, text }) => {
    expect(await refusal(bytes)).toBe(text);
  });

  test('is refused when a row is taken out, changed or put behind its end', async () => {
    const lines = gunzipSync(await archived([row('a'), row('b')]))
      .toString()
      .split('\n');
    const changed = (edit: (lines: string[]) => string[]) => gzipSync(edit([...lines]).join('\n'));
    expect(await refusal(changed(([h = '', , b = '', end = '']) => [h, b, end, '']))).toContain('1 rows were found and 2 written');
    expect(await refusal(changed((all) => all.map((line) => line.replace('YQ==', 'Yg=='))))).toContain('its checksum does not fit');
    expect(await refusal(changed(([h = '', a = '', b = '', end = '']) => [h, a, b, end, a, '']))).toContain('more behind its end');
  });

  test('a failure of the source is no fault of the archive', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield (await archived([row('a')])).subarray(0, 20);
      throw new Error('the client is gone');
    }
    await expect(readArchive(breaking())).rejects.toThrow('the client is gone');
  });
});
