/** Rows to an archive, a chunk at a time: what is written is not held. */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type ArchiveHead, type ArchiveRow, archiveFormat, archiveVersion } from './archive.js';

/** Lines are put together to about this size: one crossing into zlib for each. */
const chunkCharacters = 64 * 1024;
/** Fastest: records are short and repeat themselves, so a higher level gains little and costs three times as much. */
const gzipLevel = 1;

/** @param rows end with the newest revision of the store */
export function writeArchive(head: ArchiveHead, rows: AsyncGenerator<readonly ArchiveRow[], number>): Readable {
  const source = Readable.from(chunks(head, rows), { objectMode: false });
  // Whoever reads hears of a failure; destroying what is read lets go of the rows.
  return pipeline(source, createGzip({ level: gzipLevel }), () => {});
}

async function* chunks(head: ArchiveHead, rows: AsyncGenerator<readonly ArchiveRow[], number>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (text: string) => {
    const bytes = Buffer.from(text, 'utf8');
    hash.update(bytes);
    return bytes;
  };
  let count = 0;
  let waiting = `${JSON.stringify({ format: archiveFormat, version: archiveVersion, ...head })}\n`;
  try {
    for (;;) {
      const next = await rows.next();
      if (next.done) {
        yield hashed(waiting);
        yield Buffer.from(`${JSON.stringify({ revision: next.value, rows: count, sha256: hash.digest('hex') })}\n`);
        return;
      }
      for (const { table, key, created, revision, record } of next.value) {
        count++;
        waiting += `${JSON.stringify([table, key, created, revision, record])}\n`;
        if (waiting.length < chunkCharacters) continue;
        yield hashed(waiting);
        waiting = '';
      }
    }
  } finally {
    await rows.return(0);
  }
}
