/**
 * As much of tar (POSIX.1-2001, pax, "ustar Interchange Format") as the archive of a store needs: plain files with short names. Written and
 * read a piece at a time; files of one name that follow each other are pieces of one, since the size of a file stands before it and nobody
 * knows the size of a store before it has been read.
 */
const blockBytes = 512;
/** Where the fields of a header stand, and how long they are. */
const fields = { name: [0, 100], mode: [100, 8], size: [124, 12], modified: [136, 12], checksum: [148, 8], magic: [257, 8] } as const;
const checksumBlank = Buffer.alloc(fields.checksum[1], ' ');

/** What ends an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

export class TarError extends Error {}

/** @param name at most 100 ASCII characters */
export function tarFile(name: string, content: Buffer, modifiedMs: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const write = (field: readonly [number, number], text: string) => header.write(text, field[0], field[1], 'latin1');
  write(fields.name, name);
  write(fields.mode, '0000600\0');
  write([108, 8], '0000000\0'); // owner
  write([116, 8], '0000000\0'); // group
  write(fields.size, `${octal(content.length)}\0`);
  write(fields.modified, `${octal(Math.floor(modifiedMs / 1000))}\0`);
  header.writeUInt8('0'.charCodeAt(0), 156); // an ordinary file
  write(fields.magic, 'ustar\x0000');
  checksumBlank.copy(header, fields.checksum[0]);
  write(fields.checksum, `${sum(header).toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([header, content, Buffer.alloc(paddingOf(content.length))]);
}

/**
 * The contents of the files, in pieces, as they come.
 * @throws TarError where it is none, or breaks off
 */
export async function* tarPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ readonly name: string; readonly piece: Buffer }> {
  let waiting = Buffer.alloc(0); // of a header that has not come whole
  let name = '';
  let contentLeft = 0;
  let paddingLeft = 0;
  let isEnded = false;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0 && !isEnded) {
      if (contentLeft > 0) {
        const piece = rest.subarray(0, contentLeft);
        yield { name, piece };
        contentLeft -= piece.length;
        rest = rest.subarray(piece.length);
      } else if (paddingLeft > 0) {
        const skipped = Math.min(paddingLeft, rest.length);
        paddingLeft -= skipped;
        rest = rest.subarray(skipped);
      } else {
        const missing = blockBytes - waiting.length;
        waiting = Buffer.concat([waiting, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (waiting.length < blockBytes) continue;
        const header = headerOf(waiting);
        waiting = Buffer.alloc(0);
        if (header === null) isEnded = true;
        else {
          ({ name, size: contentLeft } = header);
          paddingLeft = paddingOf(contentLeft);
        }
      }
    }
  }
  if (!isEnded) throw new TarError('its end is missing');
}

/** Null: the end of the archive. */
function headerOf(block: Buffer): { readonly name: string; readonly size: number } | null {
  if (block.every((byte) => byte === 0)) return null;
  const text = ([start, length]: readonly [number, number]) =>
    (block.toString('latin1', start, start + length).split('\0')[0] ?? '').trim();
  const blanked = Buffer.from(block);
  checksumBlank.copy(blanked, fields.checksum[0]);
  if (fromOctal(text(fields.checksum)) !== sum(blanked)) throw new TarError('it is no archive');
  return { name: text(fields.name), size: fromOctal(text(fields.size)) };
}

function fromOctal(text: string): number {
  if (!/^[0-7]{1,11}$/.test(text)) throw new TarError('it is no archive');
  return Number.parseInt(text, 8);
}

function octal(value: number): string {
  return value.toString(8).padStart(11, '0');
}

function sum(block: Buffer): number {
  return block.reduce((total, byte) => total + byte, 0);
}

function paddingOf(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}
