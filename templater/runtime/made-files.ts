/**
 * The files and directories that were made for items (`for_each`), so that those, and no others, go when their item goes. The list is on
 * the disk before a file is there and until it has gone: after a crash it may name files that never came to be, and for that reason a file
 * is taken for ours only when its contents are what we wrote.
 */

import { lstatSync, readFileSync, rmdirSync } from 'node:fs';
import { sha256Hex } from '../../src/lib/hash.js';
import type { Logger } from '../../src/lib/log.js';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import type { Resource } from '../resource.js';
import { type FileChange, type Output, removalOf } from './change-set.js';
import { directoriesBetween, isLink, type RefusedItem } from './for-each.js';
import { DeployError } from './target.js';

export interface MadeFile {
  /** The key of the item that it was made for. */
  readonly item: string;
  /** The one it was made below: `dest` may name another one since. Left out in older lists: the present one. */
  readonly root?: string;
  /** Of what we wrote there; two while one takes the place of the other. */
  readonly sha256: readonly string[];
}

/** Resource -> destination -> what was made there. */
export type MadeList = Readonly<Record<string, Readonly<Record<string, MadeFile>>>>;

export interface MadeStore {
  /** What was saved last; {} when nothing was. @throws DeployError */
  read(): MadeList;
  /** Durable when it resolves. @throws DeployError */
  write(list: MadeList): Promise<void>;
}

interface Made {
  readonly resource: Resource;
  readonly outputs: readonly Output[];
}
const isForItems = ({ resource }: Made) => resource.forEach !== undefined;

export class MadeFiles {
  readonly #store: MadeStore;
  readonly #log: Logger;
  #list: MadeList;

  /** @throws DeployError */
  constructor(store: MadeStore, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#list = store.read();
  }

  /** Another process has put an older version in place. @throws DeployError */
  readAgain(): void {
    this.#list = this.#store.read();
  }

  /** Destinations made for the items of a resource. */
  of({ name }: Resource): readonly string[] {
    return Object.keys(this.#list[name] ?? {});
  }

  /** The files whose items are gone; those of items that are refused stay. @throws ChangeError */
  removals({ resource, outputs, refused }: Made & { readonly refused: readonly RefusedItem[] }): readonly FileChange[] {
    const stay = new Set([...outputs, ...refused].map(({ destination }) => destination));
    const keys = new Set(refused.map(({ key }) => key));
    const files = this.#list[resource.name] ?? {};
    return this.of(resource)
      .filter((destination) => !stay.has(destination) && !keys.has(files[destination]?.item ?? '') && this.#isOurs(resource, destination))
      .flatMap((destination) => removalOf(resource, destination) ?? []);
  }

  /** To be called before outputs are put in place. @throws DeployError */
  async expect(due: readonly Made[]): Promise<void> {
    const list: Record<string, MadeList[string]> = { ...this.#list };
    for (const { resource, outputs } of due.filter(isForItems)) {
      const root = resource.forEach?.root ?? '/';
      const files: Record<string, MadeFile> = { ...list[resource.name] };
      for (const { destination, content, item } of outputs) {
        const known = files[destination];
        // A version that is put back does not tell items.
        files[destination] = {
          item: item ?? known?.item ?? '',
          root,
          sha256: [...new Set([...(known?.sha256 ?? []), sha256Hex(content)])],
        };
      }
      list[resource.name] = files;
    }
    await this.#save(list);
  }

  /** To be called when outputs are in place, or are the old ones again: what is there now is all there is. @throws DeployError */
  async settle(due: readonly Made[]): Promise<void> {
    const list: Record<string, MadeList[string]> = { ...this.#list };
    for (const { resource } of due.filter(isForItems)) {
      const now = Object.entries(list[resource.name] ?? {}).map(
        ([destination, file]) => [destination, file, this.#ours(resource, destination)] as const,
      );
      list[resource.name] = Object.fromEntries(
        now.flatMap(([destination, file, hash]) => (hash === undefined ? [] : [[destination, { ...file, sha256: [hash] }]])),
      );
      for (const [destination, file, hash] of now) if (hash === undefined) removeEmptyDirectories(rootOf(resource, file), destination);
    }
    await this.#save(list);
  }

  async #save(list: MadeList): Promise<void> {
    if (JSON.stringify(list) === JSON.stringify(this.#list)) return;
    await this.#store.write(list);
    this.#list = list;
  }

  #isOurs(resource: Resource, destination: string): boolean {
    const hash = contentHash(destination);
    if (hash === undefined) return false;
    const isOurs = this.#ours(resource, destination) !== undefined;
    if (!isOurs)
      this.#log.log('warn', `${destination} is not as it was made; it stays, although its item is gone`, { resource: resource.name });
    return isOurs;
  }

  /** The hash of the file when it is as we made it, and where: not behind a link that somebody has put there since. */
  #ours(resource: Resource, destination: string): string | undefined {
    const file = this.#list[resource.name]?.[destination];
    if (file === undefined || directoriesBetween(rootOf(resource, file), destination).some(isLink)) return undefined;
    const hash = contentHash(destination);
    return hash !== undefined && file.sha256.includes(hash) ? hash : undefined;
  }
}

function rootOf({ forEach }: Resource, { root = forEach?.root ?? '/' }: MadeFile): string {
  return root;
}

/** undefined when there is no regular file. @throws DeployError */
function contentHash(destination: string): string | undefined {
  try {
    return lstatSync(destination, { throwIfNoEntry: false })?.isFile() ? sha256Hex(readFileSync(destination)) : undefined;
  } catch (error) {
    throw new DeployError(`read ${destination}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** Below the root only, and only those that are empty now. */
function removeEmptyDirectories(root: string, destination: string): void {
  try {
    for (const directory of directoriesBetween(root, destination).toReversed()) rmdirSync(directory);
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST') && !isSystemError(error, 'ENOENT')) {
      throw new DeployError(`remove the directory of ${destination}: ${systemErrorText(error)}`, { cause: error });
    }
  }
}
