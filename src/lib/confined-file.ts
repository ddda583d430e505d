/**
 * Files below a directory that nobody leads out of: a symbolic link on the way, also one that is put there while we look, ends either
 * below the directory or in an error.
 *
 * On Linux every component is opened by itself, relative to the directory opened before it and without following links; links are read
 * and gone after by hand. Node has no openat(2); `/proc/self/fd/N/name` names the same thing. Elsewhere the real path is checked, which
 * leaves a moment between the look and the use.
 */
import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { makeDirectories } from './make-directories.js';
import { isSystemError } from './system-error.js';

/** The path leads out of the directory. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
}

/** As many as Linux follows in one path. */
const linksMax = 40;
/** Opens without reading: only the right to pass through the directory is needed. Not among Node's constants. */
const openPathOnly = 0o10000000;

export interface ConfinedOptions {
  /** Directories that are missing are made, 0755. */
  readonly makesDirectories?: boolean;
}

/**
 * Finds the place of a file and gives a name for it to `use`, good only meanwhile, and only for calls that do not follow a link in its
 * last component (O_NOFOLLOW, rename, lstat). There need be no file.
 *
 * @param path absolute, or relative to `root`; "/" as root confines to nothing
 * @throws OutsideError, the system's errors
 */
export function withConfinedPath<T>(root: string, path: string, use: (at: string) => T, options: ConfinedOptions = {}): T {
  if (!existsSync('/proc/self/fd')) return use(checkedPath(root, path, options));
  const walk = new Walk(root, options);
  try {
    return use(walk.to(path));
  } finally {
    walk.close();
  }
}

/** Opens a regular file for reading, for `use`, and closes it. @throws OutsideError, the system's errors */
export function withConfinedFile<T>(root: string, path: string, use: (file: number) => T): T {
  // Without O_NONBLOCK a pipe would hold the process up until somebody writes into it.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = withConfinedPath(root, path, (at) => openSync(at, flags));
  try {
    if (!fstatSync(file).isFile()) throw new OutsideError(`${path} is no regular file`);
    return use(file);
  } finally {
    closeSync(file);
  }
}

class Walk {
  readonly #root: string;
  readonly #realRoot: string;
  readonly #options: ConfinedOptions;
  /** Opened directories, from the root to where the walk is. */
  readonly #opened: number[] = [];

  constructor(root: string, options: ConfinedOptions) {
    this.#root = resolve(root);
    this.#realRoot = realpathSync(this.#root);
    this.#options = options;
    this.#opened.push(openSync(this.#realRoot, openPathOnly | constants.O_DIRECTORY));
  }

  /** @returns a name for the last component in the directory opened last */
  to(path: string): string {
    const pending = this.#below(resolve(this.#root, path), path);
    let links = 0;
    for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
      if (part === '..') this.#up(path);
      if (part === '' || part === '.' || part === '..') continue;
      const at = `/proc/self/fd/${this.#opened.at(-1)}/${part}`;
      if (isLink(at)) {
        if (++links > linksMax) throw new OutsideError(`${path} has too many symbolic links`);
        pending.unshift(...this.#follow(readlinkSync(at), path));
      } else if (pending.every((rest) => rest === '' || rest === '.')) return at;
      else this.#into(at);
    }
    throw new OutsideError(`${path} is a directory`);
  }

  close(): void {
    for (const directory of this.#opened.splice(0)) closeSync(directory);
  }

  #follow(target: string, path: string): string[] {
    if (!isAbsolute(target)) return target.split('/');
    for (const directory of this.#opened.splice(1)) closeSync(directory);
    return this.#below(target, path);
  }

  #below(target: string, path: string): string[] {
    for (const root of [this.#root, this.#realRoot]) {
      const inside = relative(root, target);
      if (inside === '' || !(inside === '..' || inside.startsWith('../') || isAbsolute(inside))) return inside.split('/');
    }
    throw new OutsideError(`${path} is outside of ${this.#root}`);
  }

  #up(path: string): void {
    const directory = this.#opened.length > 1 ? this.#opened.pop() : undefined;
    if (directory === undefined) throw new OutsideError(`${path} is outside of ${this.#root}`);
    closeSync(directory);
  }

  #into(at: string): void {
    const flags = openPathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    try {
      this.#opened.push(openSync(at, flags));
    } catch (error) {
      if (!this.#options.makesDirectories || !isSystemError(error, 'ENOENT')) throw error;
      mkdirSync(at, { mode: 0o755 });
      this.#opened.push(openSync(at, flags));
    }
  }
}

function isLink(at: string): boolean {
  return lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function checkedPath(root: string, path: string, { makesDirectories = false }: ConfinedOptions): string {
  const realRoot = realpathSync(resolve(root));
  const wanted = resolve(root, path);
  if (makesDirectories) makeDirectories(dirname(wanted), 0o755);
  const real = isLink(wanted) ? realpathSync(wanted) : `${realpathSync(dirname(wanted))}/${basename(wanted)}`;
  const inside = relative(realRoot, real);
  if (inside === '..' || inside.startsWith('../') || isAbsolute(inside)) throw new OutsideError(`${path} is outside of ${root}`);
  return real;
}
