/**
 * Keeps what came over HTTP in the data directory, so that it survives a restart: services and checks in the journal `registrations`
 * (those that come at the same time share one sync), and the last words of TTL checks (kept-states.ts).
 * What cannot be read is left out and kept aside as `….damaged`, with a line in the log, and is no reason not to start.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from '../lib/journal.js';
import type { Logger } from '../lib/log.js';
import {
  decodeKeptCheck,
  decodeKeptService,
  encodeCheck,
  encodeService,
  type KeptCheck,
  type KeptService,
  type KeptState,
} from './kept-file.js';
import { KeptStates, keepFailure, readFailure } from './kept-states.js';

export interface Kept {
  readonly services: readonly KeptService[];
  readonly checks: readonly KeptCheck[];
  readonly states: ReadonlyMap<string, KeptState>;
}

type Kind = 'service' | 'check';

/** `service "web-1" {…}`; without the text in the end it is gone. */
const entryPattern = /^(service|check) ("(?:[^"\\]|\\.)*")(?: (.*))?$/s;

export class Keeper {
  /** The registrations that are kept, as text, by kind and id: `service "web-1"`. */
  private readonly entries = new Map<string, string>();
  private readonly path: string;
  private readonly journal: Journal;
  private readonly states: KeptStates;

  /** @param directory '' keeps nothing */
  constructor(
    private readonly directory: string,
    private readonly log: Logger,
  ) {
    this.path = join(directory, 'registrations');
    this.states = new KeptStates(directory, log);
    this.journal = new Journal(this.path, () => Array.from(this.entries, ([name, content]) => `${name} ${content}`));
  }

  saveService(service: KeptService): Promise<void> {
    return this.keep('service', service.definition.ID, encodeService(service));
  }

  removeService(id: string): Promise<void> {
    return this.forget('service', id);
  }

  saveCheck(id: string, check: KeptCheck): Promise<void> {
    return this.keep('check', id, encodeCheck(check));
  }

  async removeCheck(id: string): Promise<void> {
    await Promise.all([this.forget('check', id), this.states.remove(id)]);
  }

  /** Survives the end of the process but not of the machine: updates of a TTL come often and are soon old. */
  saveState(state: KeptState): Promise<void> {
    return this.states.save(state);
  }

  async load(): Promise<Kept> {
    if (this.directory === '') return { services: [], checks: [], states: new Map() };
    const states = await this.states.load();
    const damaged = this.readEntries();
    const services = this.decodeAll('service', decodeKeptService, damaged);
    const checks = this.decodeAll('check', decodeKeptCheck, damaged);
    if (damaged.length > 0) await this.copyAside(damaged);
    return { services, checks, states: new Map(states.map((state) => [state.checkId, state])) };
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.journal.settle(), this.states.settle()]);
  }

  private keep(kind: Kind, id: string, content: string): Promise<void> {
    const name = entryName(kind, id);
    this.entries.set(name, content);
    return this.append(`${name} ${content}`);
  }

  private async forget(kind: Kind, id: string): Promise<void> {
    const name = entryName(kind, id);
    if (this.entries.delete(name)) await this.append(name);
  }

  /** @throws MeshError storage-failed */
  private async append(line: string): Promise<void> {
    if (this.directory === '') return;
    await this.journal.append(line).catch((error: unknown) => {
      throw keepFailure(this.path, error);
    });
  }

  /** @returns what is wrong with the lines that cannot be read */
  private readEntries(): unknown[] {
    const damaged: unknown[] = [];
    try {
      const read = this.journal.read();
      damaged.push(...read.damaged.map((line) => new Error(`damaged line "${line}"`)));
      for (const line of read.lines) {
        const [, kind, id, content] = entryPattern.exec(line) ?? [];
        const name = `${kind} ${id}`;
        this.entries.delete(name);
        if (kind === undefined) damaged.push(new Error(`unknown line "${line}"`));
        else if (content !== undefined) this.entries.set(name, content);
      }
    } catch (error) {
      throw readFailure(this.path, error);
    }
    return damaged;
  }

  private decodeAll<T>(kind: Kind, decode: (content: string) => T, damaged: unknown[]): readonly T[] {
    const decoded: T[] = [];
    for (const [name, content] of this.entries) {
      if (!name.startsWith(kind)) continue;
      try {
        decoded.push(decode(content));
      } catch (error) {
        damaged.push(error);
        this.entries.delete(name);
      }
    }
    return decoded;
  }

  private async copyAside(damaged: readonly unknown[]): Promise<void> {
    const aside = `${this.path}.damaged`;
    for (const error of damaged) {
      this.log.log('error', 'A kept registration cannot be read and is left out', { file: this.path, error, kept_as: aside });
    }
    await copyFile(this.path, aside).catch((error: unknown) =>
      this.log.log('error', 'It could not be put aside', { file: this.path, error }),
    );
  }
}

function entryName(kind: Kind, id: string): string {
  return `${kind} ${JSON.stringify(id)}`;
}
