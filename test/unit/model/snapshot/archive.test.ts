import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArchiveRow } from '../../../../src/model/snapshot/archive.js';
import { readArchive } from '../../../../src/model/snapshot/read-archive.js';
import { tarEnd, tarFile, tarPieces } from '../../../../src/model/snapshot/tar.js';
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

const ofState = (text: string, name = 'state.bin') => gzipSync(Buffer.concat([tarFile(name, Buffer.from(text), 0), tarEnd]));

async function files(archive: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { name, piece } of tarPieces(inPieces(gunzipSync(archive)) as AsyncGenerator<Buffer>))
    found.set(name, Buffer.concat([found.get(name) ?? Buffer.alloc(0), piece]));
  return found;
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
    { name: 'another gzip file', bytes: gzipSync('hello\n'), text: 'failed to read snapshot: its end is missing' },
    { name: 'another tar archive', bytes: ofState('x', 'etc/passwd'), text: 'failed to read snapshot: there is a file "etc/passwd" in it' },
    { name: 'one of Consul', bytes: ofState('\x81\xa9LastIndex\x07'), text: 'failed to read snapshot: it is not a snapshot of mesh' },
    { name: 'what is no JSON', bytes: ofState('{hello\n'), text: 'failed to read snapshot: a line is damaged' },
    { name: 'other JSON', bytes: ofState('{"a":1}\n'), text: 'failed to read snapshot: it is not a snapshot of mesh' },
    {
      name: 'one of a later version',
      bytes: ofState('{"format":"mesh-snapshot","version":2}\n'),
      text: 'failed to read snapshot: it is of version 2; this agent reads version 1',
    },
  ])('$name is none', async ({ bytes, text }) => {
    expect(await refusal(bytes)).toBe(text);
  });

  test('is refused when a row is taken out, changed or put behind its end', async () => {
    const state = (await files(await archived([row('a'), row('b')]))).get('state.bin');
    const lines = String(state).split('\n');
    const changed = (edit: (lines: string[]) => string[]) => ofState(edit([...lines]).join('\n'));
    expect(await refusal(changed(([h = '', , b = '', end = '']) => [h, b, end, '']))).toContain('1 rows were found and 2 written');
    expect(await refusal(changed((all) => all.map((line) => line.replace('YQ==', 'Yg=='))))).toContain('its checksum does not fit');
    expect(await refusal(changed(([h = '', a = '', b = '', end = '']) => [h, a, b, end, a, '']))).toContain('more behind its end');
  });

  test('has the files of Consul’s, and sums that fit them', async () => {
    const value = 'x'.repeat(1000);
    const rows = Array.from({ length: 200 }, (_, position) => row(`key${position}`, { record: { Flags: '0', Value: value } }));
    const found = await files(await archived(rows, 77));
    expect([...found.keys()]).toEqual(['state.bin', 'meta.json', 'SHA256SUMS']);
    const state = found.get('state.bin') ?? Buffer.alloc(0);
    expect(state.length).toBeGreaterThan(200_000); // in several pieces
    expect(JSON.parse(String(found.get('meta.json')))).toMatchObject({ Version: 1, Index: 77, Size: state.length });
    const sum = (name: string) =>
      createHash('sha256')
        .update(found.get(name) ?? '')
        .digest('hex');
    expect(String(found.get('SHA256SUMS'))).toBe(`${sum('meta.json')}  meta.json\n${sum('state.bin')}  state.bin\n`);
  });

  test('a failure of the source is no fault of the archive', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield (await archived([row('a')])).subarray(0, 20);
      throw new Error('the client is gone');
    }
    await expect(readArchive(breaking())).rejects.toThrow('the client is gone');
  });
});
