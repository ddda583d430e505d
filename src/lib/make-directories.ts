/**
 * `mkdir -p`. Node's own (`recursive: true`) never ends where a file system says ENOENT of a directory whose parent is there, as /proc does:
 * a program with such a path in its settings would run at full load, deaf to every signal.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemError } from './system-error.js';

/** @returns the first that had to be made, undefined when all were there. @throws the system's error */
export function makeDirectories(path: string, mode: number): string | undefined {
  const missing: string[] = [];
  const found = statSync(path, { throwIfNoEntry: false });
  // Says what is there instead.
  if (found !== undefined && !found.isDirectory()) mkdirSync(path, mode);
  for (let at = path; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  return missing.filter((directory) => isMade(directory, mode))[0];
}

/** Somebody else may have made it in the meantime. */
function isMade(directory: string, mode: number): boolean {
  try {
    mkdirSync(directory, mode);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && statSync(directory).isDirectory()) return false;
    throw error;
  }
}
