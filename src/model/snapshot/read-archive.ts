/**
 * An archive back to its rows. Nothing is given out before the last line has agreed with all before it: a file that is damaged, cut off
 * or no archive at all is refused whole. Texts that begin with "failed to decompress snapshot" are what Consul's users look for.
 */
import { createHash, type Hash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MeshError } from '../errors.js';
import type { StoredValue } from '../storage.js';
import {
  type Archive,
  type ArchiveEnd,
  type ArchiveHead,
  type ArchiveRow,
  archiveFormat,
  archiveVersion,
  lineBytesMax,
  metaFile,
  stateFile,
  sumsFile,
  unpackedBytesMax,
} from './archive.js';
import { TarError, tarPieces } from './tar.js';

/** Of a state of ours; Consul's begins with something else. */
const firstByte = '{'.charCodeAt(0);

/** @throws MeshError `refused` for what is no sound archive; what `source` throws */
export async function readArchive(source: AsyncIterable<Uint8Array>): Promise<Archive> {
  const reader = new Reader();
  for await (const line of lines(state(unpacked(source)))) reader.take(line);
  return reader.finish();
}

async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  // An error of the source itself (the client is gone) is passed on as it is; only zlib's own are faults of the archive.
  const packed = Readable.from(source, { objectMode: false });
  let sourceError: unknown;
  packed.once('error', (error) => {
    sourceError = error;
  });
  let bytes = 0;
  try {
    for await (const chunk of pipeline(packed, createGunzip(), () => {}) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > unpackedBytesMax) throw unsound(`it unpacks to more than ${unpackedBytesMax} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    if (error instanceof MeshError || !(error instanceof Error)) throw error;
    throw new MeshError('refused', `failed to decompress snapshot: ${error.message}`, { cause: error });
  }
  if (bytes === 0) throw new MeshError('refused', 'failed to decompress snapshot: unexpected end of file');
}

/** The other files repeat what the state itself tells: they are for tools that do not know it. */
async function* state(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  try {
    for await (const { name, piece } of tarPieces(chunks)) {
      if (name === stateFile) {
        if (isFirst && piece[0] !== firstByte) throw unsound('it is not a snapshot of mesh');
        isFirst = false;
        yield piece;
      } else if (name !== metaFile && name !== sumsFile) throw unsound(`there is a file ${JSON.stringify(name)} in it`);
    }
  } catch (error) {
    throw error instanceof TarError ? unsound(error.message, error) : error;
  }
}

/** Without their line feeds. */
async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      yield parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > lineBytesMax) throw unsound(`a line is longer than ${lineBytesMax} bytes`);
  }
  if (bytes > 0) throw unsound('the last line is cut off');
}

class Reader {
  private head: ArchiveHead | null = null;
  private end: ArchiveEnd | null = null;
  private readonly rows: ArchiveRow[] = [];
  private readonly hash: Hash = createHash('sha256');

  take(line: Buffer): void {
    if (this.end) throw unsound('there is more behind its end');
    const value = parsed(line);
    if (!this.head) this.head = headOf(value);
    else if (Array.isArray(value)) this.rows.push(rowOf(value));
    else {
      this.end = endOf(value);
      return;
    }
    this.hash.update(line).update('\n');
  }

  finish(): Archive {
    const { head, rows, end } = this;
    if (!head || !end) throw unsound('its end is missing');
    if (end.rows !== rows.length) throw unsound(`${rows.length} rows were found and ${end.rows} written`);
    if (end.sha256 !== this.hash.digest('hex')) throw unsound('its checksum does not fit');
    return { head, rows, end };
  }
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw unsound('a line is damaged', error);
  }
}

function headOf(value: unknown): ArchiveHead {
  if (!isObject(value) || value.format !== archiveFormat) throw unsound('it is not a snapshot of mesh');
  if (value.version !== archiveVersion)
    throw unsound(`it is of version ${String(value.version)}; this agent reads version ${archiveVersion}`);
  const { datacenter, time } = value;
  if (typeof datacenter !== 'string' || typeof time !== 'string') throw unsound('its first line is damaged');
  return { datacenter, time };
}

function rowOf(value: readonly unknown[]): ArchiveRow {
  const [table, key, created, revision, record] = value;
  if (typeof table !== 'string' || typeof key !== 'string' || !isObject(record)) throw unsound('a row is damaged');
  if (!isRevision(created) || !isRevision(revision)) throw unsound('a row is damaged');
  return { table, key, created, revision, record };
}

function endOf(value: unknown): ArchiveEnd {
  if (!isObject(value)) throw unsound('a line is damaged');
  const { revision, rows, sha256 } = value;
  if (!isRevision(revision) || typeof rows !== 'number' || typeof sha256 !== 'string') throw unsound('its last line is damaged');
  return { revision, rows, sha256 };
}

function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is StoredValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unsound(why: string, cause?: unknown): MeshError {
  return new MeshError('refused', `failed to read snapshot: ${why}`, cause === undefined ? {} : { cause });
}
