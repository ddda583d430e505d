/**
 * Makes reads linearizable where others commit too: before a read is answered, everything committed before it arrived has been applied here.
 * One question to the storage is in flight; whoever arrives meanwhile shares the next, never the one that began before him.
 */
import type { Storage } from '../model/storage.js';
import type { Applier } from './applier.js';

export class Barrier {
  private inFlight: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private readonly storage: Storage;
  private readonly applier: Applier;

  constructor(storage: Storage, applier: Applier) {
    this.storage = storage;
    this.applier = applier;
  }

  pass(): Promise<void> {
    if (this.next) return this.next;
    const ended = this.inFlight.catch(() => undefined); // Whoever waited for that one has its error.
    const next = ended.then(() => this.ask());
    this.next = next;
    return next;
  }

  private async ask(): Promise<void> {
    if (this.next) this.inFlight = this.next;
    this.next = undefined;
    await this.applier.reached(await this.storage.barrier());
  }
}
