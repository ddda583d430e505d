/**
 * The last words of TTL checks, each in a file of its own below `checks/state/`, named by a hash of the id. A file is written once at a
 * time; changes that come meanwhile are written as one. They survive the end of the process but not of the machine: updates of a TTL
 * come often and are soon old.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile, writeFileAtomically } from '../lib/atomic-file.js';
import type { Logger } from '../lib/log.js';
import { isSystemError, systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';
import { decodeKeptState, encodeState, type KeptState } from './kept-file.js';

export class KeptStates {
  private readonly directory: string;
  /** Paths of files that are there or are being written. */
  private readonly present = new Set<string>();
  /** What a file is to become; null removes it. */
  private readonly waiting = new Map<string, string | null>();
  private readonly writing = new Map<string, Promise<void>>();

  /** @param dataDirectory '' keeps nothing */
  constructor(
    dataDirectory: string,
    private readonly log: Logger,
  ) {
    this.directory = dataDirectory && join(dataDirectory, 'checks', 'state');
  }

  async save(state: KeptState): Promise<void> {
    if (this.directory === '') return;
    const path = this.path(state.checkId);
    this.present.add(path);
    await this.write(path, encodeState(state));
  }

  async remove(checkId: string): Promise<void> {
    const path = this.path(checkId);
    if (this.present.delete(path)) await this.write(path, null);
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.writing.values());
  }

  async load(): Promise<readonly KeptState[]> {
    const names = await readdir(this.directory).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return [];
      throw readFailure(this.directory, error);
    });
    const read: KeptState[] = [];
    for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
      const path = join(this.directory, name);
      try {
        // Nothing else runs yet, and for thousands of small files this takes a quarter of the time that promises take.
        read.push(decodeKeptState(readFileSync(path, 'utf8')));
        this.present.add(path);
      } catch (error) {
        await this.putAside(path, error);
      }
    }
    return read;
  }

  private path(checkId: string): string {
    return join(this.directory, `${createHash('sha256').update(checkId).digest('hex')}.json`);
  }

  /** @throws MeshError storage-failed */
  private write(path: string, content: string | null): Promise<void> {
    this.waiting.set(path, content);
    const before = this.writing.get(path) ?? Promise.resolve();
    const now = before.catch(() => {}).then(() => this.writeWaiting(path));
    this.writing.set(path, now);
    const forget = () => {
      if (this.writing.get(path) === now) this.writing.delete(path);
    };
    now.then(forget, forget);
    return now;
  }

  private async writeWaiting(path: string): Promise<void> {
    const content = this.waiting.get(path);
    // What was wanted then has been written along with something newer.
    if (content === undefined) return;
    this.waiting.delete(path);
    try {
      await (content === null ? removeFile(path) : writeFileAtomically(path, content, { durable: false }));
    } catch (error) {
      throw keepFailure(path, error);
    }
  }

  private async putAside(path: string, error: unknown): Promise<void> {
    const aside = `${path}.damaged`;
    this.log.log('error', 'The last word of a check cannot be read and is left out', { file: path, error, kept_as: aside });
    await rename(path, aside).catch((cause: unknown) => this.log.log('error', 'It could not be put aside', { file: path, error: cause }));
  }
}

export function keepFailure(path: string, cause: unknown): MeshError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new MeshError('storage-failed', `failed to keep the registration in ${path}: ${text}`, { cause });
}

export function readFailure(path: string, cause: unknown): MeshError {
  return new MeshError('storage-failed', `failed to read what was kept in ${path}: ${systemErrorText(cause)}`, { cause });
}
