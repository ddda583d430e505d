/**
 * Keeps what came over HTTP in the data directory, so that it survives a restart: `services/`, `checks/` and `checks/state/`, one file
 * for each, named by a hash of the id. A file is written once at a time; changes that come meanwhile are written as one.
 * A file that cannot be read is put aside as `….damaged` with a line in the log, and is no reason not to start.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile, writeFileAtomically } from '../lib/atomic-file.js';
import type { Logger } from '../lib/log.js';
import { isSystemError, systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';
import {
  decodeKeptCheck,
  decodeKeptService,
  decodeKeptState,
  encodeCheck,
  encodeService,
  encodeState,
  type KeptCheck,
  type KeptService,
  type KeptState,
} from './kept-file.js';

export interface Kept {
  readonly services: readonly KeptService[];
  readonly checks: readonly KeptCheck[];
  readonly states: ReadonlyMap<string, KeptState>;
}

type Folder = 'services' | 'checks' | 'checks/state';

/** What a file is to become; null removes it. */
interface Wanted {
  readonly content: string | null;
  readonly durable: boolean;
}

export class Keeper {
  private readonly waiting = new Map<string, Wanted>();
  private readonly writing = new Map<string, Promise<void>>();

  /** @param directory '' keeps nothing */
  constructor(
    private readonly directory: string,
    private readonly log: Logger,
  ) {}

  saveService(service: KeptService): Promise<void> {
    return this.write('services', service.definition.ID, { content: encodeService(service), durable: true });
  }

  removeService(id: string): Promise<void> {
    return this.write('services', id, { content: null, durable: true });
  }

  saveCheck(id: string, check: KeptCheck): Promise<void> {
    return this.write('checks', id, { content: encodeCheck(check), durable: true });
  }

  async removeCheck(id: string): Promise<void> {
    await Promise.all([
      this.write('checks', id, { content: null, durable: true }),
      this.write('checks/state', id, { content: null, durable: false }),
    ]);
  }

  /** Survives the end of the process but not of the machine: updates of a TTL come often and are soon old. */
  saveState(state: KeptState): Promise<void> {
    return this.write('checks/state', state.checkId, { content: encodeState(state), durable: false });
  }

  async load(): Promise<Kept> {
    if (this.directory === '') return { services: [], checks: [], states: new Map() };
    const states = await this.readAll('checks/state', decodeKeptState);
    return {
      services: await this.readAll('services', decodeKeptService),
      checks: await this.readAll('checks', decodeKeptCheck),
      states: new Map(states.map((state) => [state.checkId, state])),
    };
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.writing.values());
  }

  /** @throws MeshError storage-failed */
  private write(folder: Folder, id: string, wanted: Wanted): Promise<void> {
    if (this.directory === '') return Promise.resolve();
    const path = join(this.directory, folder, `${createHash('sha256').update(id).digest('hex')}.json`);
    this.waiting.set(path, wanted);
    const before = this.writing.get(path) ?? Promise.resolve();
    const now = before.catch(() => {}).then(() => this.writeWanted(path));
    this.writing.set(path, now);
    const forget = () => {
      if (this.writing.get(path) === now) this.writing.delete(path);
    };
    now.then(forget, forget);
    return now;
  }

  private async writeWanted(path: string): Promise<void> {
    const wanted = this.waiting.get(path);
    // What was wanted then has been written along with something newer.
    if (wanted === undefined) return;
    this.waiting.delete(path);
    try {
      await (wanted.content === null ? removeFile(path, wanted) : writeFileAtomically(path, wanted.content, wanted));
    } catch (error) {
      throw new MeshError(
        'storage-failed',
        `failed to keep the registration in ${path}: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      );
    }
  }

  private async readAll<T>(folder: Folder, decode: (content: string) => T): Promise<readonly T[]> {
    const directory = join(this.directory, folder);
    const names = await readdir(directory).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return [];
      throw new MeshError('storage-failed', `failed to read what was kept in ${directory}: ${systemErrorText(error)}`, { cause: error });
    });
    const files = names.filter((name) => name.endsWith('.json')).sort();
    const read: T[] = [];
    for (const name of files) {
      const path = join(directory, name);
      try {
        // Nothing else runs yet, and for thousands of small files this takes a quarter of the time that promises take.
        read.push(decode(readFileSync(path, 'utf8')));
      } catch (error) {
        await this.putAside(path, error);
      }
    }
    return read;
  }

  private async putAside(path: string, error: unknown): Promise<void> {
    const aside = `${path}.damaged`;
    this.log.log('error', 'A kept registration cannot be read and is left out', { file: path, error, kept_as: aside });
    await rename(path, aside).catch((cause: unknown) => this.log.log('error', 'It could not be put aside', { file: path, error: cause }));
  }
}
