/** A source under test, and what following it brought so far. */
import { systemClock } from '../../../../src/lib/clock.js';
import type { KvEntry } from '../../../../src/model/records.js';
import { keyTree } from '../../../../templater/runtime/resource-keys.js';
import { openSource } from '../../../../templater/source/open.js';
import type { SourceSettings } from '../../../../templater/source/settings.js';
import type { OpenSource } from '../../../../templater/source/source.js';
import { keyOf, prefixOf } from '../runtime/fakes.js';

export const plainTls = { authorityFile: '', certificateFile: '', keyFile: '', verifyCertificate: true };

/** As a template sees them: absolute keys and their values. */
export function shown(entries: readonly KvEntry[]): Record<string, string> {
  const tree = keyTree({ cutPrefix: '/' } as Parameters<typeof keyTree>[0], [entries]);
  return Object.fromEntries(tree.keys().map((key) => [key, Buffer.from(tree.get(key) ?? '', 'latin1').toString()]));
}

export class SourceUnderTest {
  readonly warnings: string[] = [];
  readonly #ending = new AbortController();
  readonly #source: OpenSource;

  private constructor(source: OpenSource) {
    this.#source = source;
  }

  static async open(settings: SourceSettings, clock = systemClock): Promise<SourceUnderTest> {
    const warnings: string[] = [];
    const source = await openSource(settings, { environment: {}, clock, random: () => 0, warn: (text) => warnings.push(text) });
    const opened = new SourceUnderTest(source);
    (opened as { warnings: string[] }).warnings = warnings;
    return opened;
  }

  async below(path: string): Promise<Record<string, string>> {
    return shown(await this.#source.fetch(prefixOf(path), this.#ending.signal));
  }

  async value(key: string): Promise<string | null> {
    const entry = await this.#source.fetch(keyOf(key), this.#ending.signal);
    return entry === null ? null : Buffer.from(entry.Value, 'base64').toString();
  }

  fetch: OpenSource['fetch'] = (dependency, signal) => this.#source.fetch(dependency, signal);

  /** What arrives, in its order: trees, and reasons of failures. */
  follow(path: string): (Record<string, string> | string)[] {
    const seen: (Record<string, string> | string)[] = [];
    this.#source.follow(prefixOf(path), {
      signal: this.#ending.signal,
      onValue: (entries) => seen.push(shown(entries)),
      onFailure: (reason) => seen.push(reason),
    });
    return seen;
  }

  close(): void {
    this.#ending.abort();
    this.#source.close();
  }
}
