/**
 * What is kept on the disk about one group: a directory of its own below the state directory, readable by its owner only.
 *
 *     STATE/groups/nginx-1f2e3d4c5b6a7988/
 *       pin.json        the version that somebody has put back, and how often that was done or ended
 *       made.json       the files made for items
 *       versions/7.json a version: destinations, modes, owners, contents
 *       former.json     what lay at each destination before the first version was put there
 *       lock            who puts files in place at the moment
 *
 * Every file is replaced as a whole, so that a crash leaves the old one or the new one.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../src/lib/atomic-file.js';
import { sha256 } from '../../src/lib/hash.js';
import { makeDirectories } from '../../src/lib/make-directories.js';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import type { Group } from '../resource.js';
import type { MadeList, MadeStore } from './made-files.js';
import { stateNameOf } from './state-name.js';
import { DeployError, type FileState } from './target.js';

export interface Pin {
  readonly version: number;
  /** RFC 3339. */
  readonly since: string;
}

/** Somebody may pin and resume between two looks; the count tells that something has happened. */
export interface PinState {
  readonly pin: Pin | undefined;
  /** Of pins and of their ends. */
  readonly count: number;
}

export interface KeptFile extends FileState {
  /** The resource it belongs to. */
  readonly resource: string;
  readonly destination: string;
}

/** Destination -> what lay there before anything was put there for the first time; undefined: no file. */
export type FormerFiles = ReadonlyMap<string, FileState | undefined>;

export interface Version {
  /** From 1, never used again. */
  readonly version: number;
  /** When it was in place and reloaded; RFC 3339. */
  readonly time: string;
  /** Names the contents: sha256 in hex digits over destinations and contents. */
  readonly sha256: string;
  readonly files: readonly KeptFile[];
}

const durable = { durable: true } as const;

export class GroupState implements MadeStore {
  readonly directory: string;

  /** Nothing is made before something is kept. */
  constructor(stateDirectory: string, group: Pick<Group, 'name' | 'stateKey'>) {
    this.directory = join(stateDirectory, 'groups', stateNameOf(group));
  }

  get lockFile(): string {
    return join(this.directory, 'lock');
  }

  /** To be called before anything is kept, or watched. @throws DeployError */
  make(): void {
    this.#trying('make', this.directory, () => makeDirectories(this.#versionsDirectory, 0o700));
  }

  /** @throws DeployError */
  pin(): Pin | undefined {
    return this.pinState().pin;
  }

  /** @throws DeployError */
  pinState(): PinState {
    return (this.#readJson('pin.json') ?? { count: 0 }) as PinState;
  }

  /** By who holds the lock. @throws DeployError */
  async writePin(pin: Pin | undefined): Promise<void> {
    const state: PinState = { pin, count: this.pinState().count + 1 };
    await this.#write('pin.json', state);
  }

  read(): MadeList {
    return (this.#readJson('made.json') ?? {}) as MadeList;
  }

  write(list: MadeList): Promise<void> {
    return this.#write('made.json', list);
  }

  /** Oldest first. @throws DeployError */
  versionNumbers(): readonly number[] {
    const names = this.#trying('read', this.#versionsDirectory, () => readdirSync(this.#versionsDirectory), []);
    const numbers = names.flatMap((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? []) || []);
    return numbers.sort((a, b) => a - b);
  }

  /** undefined when it is not kept. @throws DeployError */
  version(version: number): Version | undefined {
    const kept = this.#readJson(join('versions', `${version}.json`)) as
      | (Omit<Version, 'files'> & { readonly files: readonly Encoded<KeptFile>[] })
      | undefined;
    return kept && { ...kept, files: kept.files.map(decoded) };
  }

  /** @throws DeployError */
  formerFiles(): FormerFiles {
    const kept = (this.#readJson('former.json') ?? {}) as Readonly<Record<string, Encoded<FileState> | null>>;
    return new Map(Object.entries(kept).map(([destination, file]) => [destination, file === null ? undefined : decoded(file)]));
  }

  /** @throws DeployError */
  writeFormerFiles(files: FormerFiles): Promise<void> {
    return this.#write(
      'former.json',
      Object.fromEntries([...files].map(([destination, file]) => [destination, file ? encoded(file) : null])),
    );
  }

  /** Unless the newest is the same; older ones go, so that `keep` remain, and the pinned one. @throws DeployError */
  async keepVersion(files: readonly KeptFile[], { keep, time }: { readonly keep: number; readonly time: string }): Promise<void> {
    const numbers = this.versionNumbers();
    const newest = numbers.at(-1) ?? 0;
    const sha256 = versionHash(files);
    if (newest > 0 && this.version(newest)?.sha256 === sha256) return;
    await this.#write(join('versions', `${newest + 1}.json`), { version: newest + 1, time, sha256, files: files.map(encoded) });
    const pinned = this.pin()?.version;
    for (const number of numbers.slice(0, Math.max(0, numbers.length + 1 - keep)))
      if (number !== pinned) rmSync(join(this.#versionsDirectory, `${number}.json`), { force: true });
  }

  get #versionsDirectory(): string {
    return join(this.directory, 'versions');
  }

  #readJson(name: string): unknown {
    const path = join(this.directory, name);
    const text = this.#trying('read', path, () => readFileSync(path, 'utf8'), '');
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new DeployError(`${path} holds no JSON; remove it to begin anew`, { cause: error });
    }
  }

  async #write(name: string, content: unknown): Promise<void> {
    const path = join(this.directory, name);
    try {
      await writeFileAtomically(path, `${JSON.stringify(content)}\n`, durable);
    } catch (error) {
      throw new DeployError(`write ${path}: ${systemErrorText(error)}; -state-dir names another directory for it`, { cause: error });
    }
  }

  #trying<T>(verb: string, path: string, task: () => T, absent?: T): T {
    try {
      return task();
    } catch (error) {
      if (absent !== undefined && isSystemError(error, 'ENOENT')) return absent;
      throw new DeployError(`${verb} ${path}: ${systemErrorText(error)}; -state-dir names another directory for it`, { cause: error });
    }
  }
}

/** In JSON; the contents in base64. */
type Encoded<T extends FileState> = Omit<T, 'content'> & { readonly content: string };

function encoded<T extends FileState>(file: T): Encoded<T> {
  return { ...file, content: Buffer.from(file.content).toString('base64') };
}

function decoded<T extends Encoded<FileState>>(file: T): Omit<T, 'content'> & { readonly content: Uint8Array } {
  return { ...file, content: Buffer.from(file.content, 'base64') };
}

export function versionHash(files: readonly Pick<KeptFile, 'destination' | 'mode' | 'uid' | 'gid' | 'content'>[]): string {
  const hash = sha256();
  for (const { destination, mode, uid, gid, content } of [...files].sort((a, b) => (a.destination < b.destination ? -1 : 1)))
    hash.update(`${destination}\0${mode}\0${uid}\0${gid}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}
