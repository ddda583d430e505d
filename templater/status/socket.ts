/**
 * Where a running process can be asked by others on the machine: one socket per configuration in the state directory, for its owner alone.
 * The name is made from what the process was started with, so that `mesh-template status -config FILE` finds it.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256 } from '../../src/lib/hash.js';
import { isSystemError } from '../../src/lib/system-error.js';

/** What a process was started with. */
export type StartedWith =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'confd'; readonly directory: string }
  /** consul-template's flags without a file. */
  | { readonly kind: 'flags'; readonly text: string };

/** Sockets have short names: `sun_path` of unix(7) holds 108 bytes with the zero at its end. */
export const socketPathBytesMax = 107;

const pattern = /^status-[0-9a-f]{16}\.sock$/;

/** In words, and as the socket's name is made from it. */
export function shownStart(start: StartedWith): string {
  switch (start.kind) {
    case 'files':
      return start.paths.map((path) => resolve(path)).join(', ');
    case 'confd':
      return resolve(start.directory);
    case 'flags':
      return start.text;
  }
}

export function socketPath(stateDirectory: string, start: StartedWith): string {
  const name = sha256()
    .update(`${start.kind}\0${shownStart(start)}`)
    .digest('hex')
    .slice(0, 16);
  return join(stateDirectory, `status-${name}.sock`);
}

/** All that lie there, also those that nobody listens to any more. @throws the system's error, unless there is no such directory */
export function socketsIn(stateDirectory: string): readonly string[] {
  try {
    return readdirSync(stateDirectory)
      .filter((name) => pattern.test(name))
      .sort()
      .map((name) => join(stateDirectory, name));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
