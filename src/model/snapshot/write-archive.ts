/** Rows to an archive, a chunk at a time: what is written is not held. */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type ArchiveHead, type ArchiveRow, archiveFormat, archiveVersion, metaFile, stateFile, sumsFile } from './archive.js';
import { tarEnd, tarFile } from './tar.js';

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
  const timeMs = Date.parse(head.time);
  const hash = createHash('sha256');
  let size = 0;
  const state = (text: string) => {
    const bytes = Buffer.from(text, 'utf8');
    hash.update(bytes);
    size += bytes.length;
    return tarFile(stateFile, bytes, timeMs);
  };
  let count = 0;
  let waiting = `${JSON.stringify({ format: archiveFormat, version: archiveVersion, ...head })}\n`;
  try {
    for (;;) {
      const next = await rows.next();
      if (next.done) {
        if (waiting !== '') yield state(waiting);
        yield state(`${JSON.stringify({ revision: next.value, rows: count, sha256: hash.copy().digest('hex') })}\n`);
        yield closing(next.value, size, hash.digest('hex'), timeMs);
        return;
      }
      for (const { table, key, created, revision, record } of next.value) {
        count++;
        waiting += `${JSON.stringify([table, key, created, revision, record])}\n`;
        if (waiting.length < chunkCharacters) continue;
        yield state(waiting);
        waiting = '';
      }
    }
  } finally {
    await rows.return(0);
  }
}

/** What stands behind the state. The members of the metadata are those of Consul's (raft.SnapshotMeta). */
function closing(revision: number, size: number, stateSum: string, timeMs: number): Buffer {
  const id = `1-${revision}-${timeMs}`;
  const configuration = { Peers: null, Configuration: { Servers: [] }, ConfigurationIndex: 0 };
  const meta = Buffer.from(`${JSON.stringify({ Version: 1, ID: id, Index: revision, Term: 1, ...configuration, Size: size })}\n`);
  const metaSum = createHash('sha256').update(meta).digest('hex');
  const sums = Buffer.from(`${metaSum}  ${metaFile}\n${stateSum}  ${stateFile}\n`);
  return Buffer.concat([tarFile(metaFile, meta, timeMs), tarFile(sumsFile, sums, timeMs), tarEnd]);
}
