/** Files that are there whole or not at all, whatever happens while they are written. They may hold secrets: 0600 in folders 0700. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectories } from './make-directories.js';

export interface WriteFileOptions {
  /** Survive power loss too, and not only the end of this process. Costs two fsyncs. */
  readonly durable: boolean;
}

/** Writes beside the file and renames; callers make sure that a path is written once at a time. */
export async function writeFileAtomically(path: string, content: string, { durable }: WriteFileOptions): Promise<void> {
  const made = makeDirectories(dirname(path), 0o700);
  if (durable && made !== undefined) await syncAbove(made, dirname(path));
  const beside = `${path}.tmp`;
  try {
    await writeWhole(beside, content, durable);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  if (durable) await syncFolder(dirname(path));
}

async function writeWhole(path: string, content: string, durable: boolean): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

/** Folders that were made just now, from the outermost: each is on the disk when the one above it says so. */
async function syncAbove(outermost: string, innermost: string): Promise<void> {
  for (let folder = innermost; ; folder = dirname(folder)) {
    await syncFolder(dirname(folder)).catch(ignoreUnreadable);
    if (folder === outermost || folder === dirname(folder)) return;
  }
}

/** No fault when it is not there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The rename itself is on disk only then. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Somebody else's, in which we may make a folder and not look: the system writes it in its own time. */
function ignoreUnreadable(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES') throw error;
}
