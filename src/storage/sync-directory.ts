/** Names are on disk only when the directory they stand in has been synced. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../lib/make-directories.js';

export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** With its parents; what was made survives power loss. */
export function makeDirectory(path: string, mode: number): void {
  const first = makeDirectories(path, mode);
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}
