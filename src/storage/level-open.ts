/**
 * Opens the database of a data directory, or says why not. The directory holds
 *
 *     db/            LevelDB's own files
 *     log-0, log-1   the commit log (level-log.ts)
 *     acknowledged   the newest acknowledged revision (level-witness.ts)
 *
 * A directory without any is a new store. One that has lost a part is refused: LevelDB would take it for new and start empty.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { MeshError } from '../model/errors.js';
import { headOperation } from './level-batch.js';
import { decodeHead } from './level-decode.js';
import { canLog, createSegments, hasSegments, readSegments } from './level-log.js';
import { readLog } from './level-log-replay.js';
import { type Head, headKey, unseal } from './level-row.js';
import { readWitness, Witness } from './level-witness.js';
import { makeDirectory } from './sync-directory.js';

export type Database = ClassicLevel<string, string>;

export interface Opened {
  readonly directory: string;
  readonly databasePath: string;
  readonly database: Database;
  readonly logSegmentBytes: number;
  readonly head: Head;
  readonly witness: Witness;
}

export async function openDirectory(directory: string, logSegmentBytes: number): Promise<Opened> {
  try {
    return await openFiles(directory, logSegmentBytes);
  } catch (error) {
    throw storageFailure(directory, error);
  }
}

export function corrupt(directory: string, what: string, wayOut?: string, cause?: unknown): MeshError {
  const ways = `restore a backup of the directory${wayOut ? `, ${wayOut},` : ''} or move it away to start empty`;
  return new MeshError('storage-corrupt', `the data in "${directory}" cannot be trusted: ${what}; ${ways}`, { cause });
}

/** What LevelDB or the file system says, as one of ours; LevelDB puts what matters into the cause. */
export function storageFailure(directory: string, error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  const text = cause instanceof Error ? cause.message : String(cause);
  if (code === 'LEVEL_LOCKED') {
    const wayOut = 'stop that one, or give this one a directory of its own with -data-dir';
    return new MeshError('storage-locked', `the data directory "${directory}" is in use by another process; ${wayOut}`, { cause });
  }
  // A table that is too short is reported as EINVAL of a read past its end, a lost manifest as ENOENT.
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_INVALID_ARGUMENT' || /No such file|Invalid argument/.test(text)) {
    return corrupt(directory, text, undefined, cause);
  }
  return new MeshError('storage-failed', `the data directory "${directory}" cannot be used: ${text}`, { cause });
}

async function openFiles(directory: string, logSegmentBytes: number): Promise<Opened> {
  const databasePath = join(directory, 'db');
  const witnessPath = join(directory, 'acknowledged');
  makeDirectory(databasePath, 0o700);
  const acknowledged = readWitness(witnessPath);
  if (Number.isNaN(acknowledged))
    throw corrupt(directory, 'the file "acknowledged" is damaged', 'delete that file to go on with what is there');
  const isNew = mayBeCreated(directory, databasePath, acknowledged);
  const database: Database = new ClassicLevel(databasePath, { createIfMissing: isNew });
  await database.open();
  try {
    const stored = await readHead(directory, database, acknowledged);
    const head = await replay(directory, database, logSegmentBytes, stored);
    checkEnd(directory, head, acknowledged);
    const begun = await beginLog(directory, database, logSegmentBytes, head);
    return {
      directory,
      databasePath,
      database,
      logSegmentBytes,
      head: begun,
      witness: new Witness(witnessPath, directory, begun.revision),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A database that never came to be may be made; one that was there before may not. */
function mayBeCreated(directory: string, databasePath: string, acknowledged: number | null): boolean {
  const files = readdirSync(databasePath);
  if (files.includes('CURRENT')) {
    const manifest = readFileSync(join(databasePath, 'CURRENT'), 'latin1');
    if (!/^MANIFEST-\d+\n$/.test(manifest)) throw corrupt(directory, 'the file "db/CURRENT" is damaged');
    return false;
  }
  const hasData = files.some((file) => /\.(ldb|sst|log)$/.test(file)) || hasSegments(directory);
  if (hasData || acknowledged !== null) throw corrupt(directory, 'the file "db/CURRENT" is missing');
  return true;
}

async function readHead(directory: string, database: Database, acknowledged: number | null): Promise<Head> {
  const sealed = database.getSync(headKey);
  if (sealed === undefined) return createHead(directory, database, acknowledged);
  const body = unseal(headKey, sealed)?.body;
  if (body === undefined) throw corrupt(directory, 'its head record is damaged');
  const head = decodeHead(body);
  if (!head) throw corrupt(directory, 'it was written in a format that this version does not know', 'run the version that wrote it');
  return head;
}

/** LevelDB with all that the commit log holds; still without a word about whether that is all there was. */
async function replay(directory: string, database: Database, segmentBytes: number, stored: Head): Promise<Head> {
  if (stored.logAfter === null) return stored;
  const segments = readSegments(directory, segmentBytes).filter((bytes) => bytes !== null);
  if (segments.length < 2) throw corrupt(directory, 'a file of its commit log ("log-0", "log-1") is missing or cut short');
  const found = readLog(segments, stored.logAfter, stored.revision);
  if (typeof found === 'string') throw corrupt(directory, found);
  if (found.revision === stored.logAfter) return stored;
  const last = found.operations.find(({ key }) => key === headKey);
  const body = last?.type === 'put' ? unseal(headKey, last.value)?.body : undefined;
  const reached = body === undefined ? null : decodeHead(body);
  if (reached?.revision !== found.revision) throw corrupt(directory, 'the head record in its commit log is damaged');
  const head = { ...reached, logAfter: reached.revision };
  const rows = found.operations.filter(({ key }) => key !== headKey);
  await database.batch([...rows, headOperation(head)], { sync: true });
  return head;
}

function checkEnd(directory: string, head: Head, acknowledged: number | null): void {
  if (acknowledged === null || acknowledged <= head.revision) return;
  const what = `it ends at revision ${head.revision}, but writes up to revision ${acknowledged} were acknowledged`;
  throw corrupt(directory, what, 'delete the file "acknowledged" in it to go on without the lost writes');
}

/** A directory from before there was a commit log, a new one, or one whose disk was full gets one; one from another system may lose it. */
async function beginLog(directory: string, database: Database, segmentBytes: number, head: Head): Promise<Head> {
  const hasLog = canLog && (head.logAfter !== null || createSegments(directory, segmentBytes));
  if (hasLog === (head.logAfter !== null)) return head;
  const begun = { ...head, logAfter: hasLog ? head.revision : null };
  await database.batch([headOperation(begun)], { sync: true });
  return begun;
}

async function createHead(directory: string, database: Database, acknowledged: number | null): Promise<Head> {
  const anyRow = await database.keys({ limit: 1 }).all();
  if (acknowledged !== null || anyRow.length > 0) throw corrupt(directory, 'its head record is missing');
  const head = { revision: 0, rows: 0, digest: 0, logAfter: null };
  await database.batch([headOperation(head)], { sync: true });
  return head;
}
