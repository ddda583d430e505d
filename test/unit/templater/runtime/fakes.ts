/** A source, a clock and templates under the test's control. */
import type { Clock } from '../../../../src/lib/clock.js';
import type { Logger } from '../../../../src/lib/log.js';
import { keyFromText } from '../../../../src/model/kv-key.js';
import type { KvEntry } from '../../../../src/model/records.js';
import { anyDependency, type Dependency, dependencyId } from '../../../../templater/data-source.js';
import type { FollowOptions, Source } from '../../../../templater/source/source.js';
import type { Template } from '../../../../templater/template.js';
import { TemplateError } from '../../../../templater/template-error.js';

export const kvEntry = (key: string, value: string, index = 1): KvEntry => ({
  Key: keyFromText(key),
  Value: Buffer.from(value).toString('base64'),
  Flags: '0',
  LockIndex: 0,
  Session: '',
  CreateIndex: 1,
  ModifyIndex: index,
});
export const keyOf = (key: string): Dependency<'key'> => ({ kind: 'key', key: keyFromText(key), datacenter: '' });
export const prefixOf = (prefix: string): Dependency<'keyPrefix'> => ({ kind: 'keyPrefix', prefix: keyFromText(prefix), datacenter: '' });

/** Answers what it was told; `followed` are the ids that are being followed now. */
export class FakeSource implements Source {
  readonly followers = new Map<string, FollowOptions<unknown>>();
  readonly values = new Map<string, unknown>();
  readonly fetched: string[] = [];

  set(dependency: Dependency, value: unknown): void {
    const id = dependencyId(dependency);
    this.values.set(id, value);
    this.followers.get(id)?.onValue(value);
  }

  fail(dependency: Dependency, reason: string): void {
    this.followers.get(dependencyId(dependency))?.onFailure(reason);
  }

  fetch: Source['fetch'] = async (dependency) => {
    const id = dependencyId(anyDependency(dependency));
    this.fetched.push(id);
    const value = this.values.get(id);
    if (value instanceof Error) throw value;
    return value as never;
  };

  follow: Source['follow'] = (dependency, options) => {
    const id = dependencyId(anyDependency(dependency));
    this.followers.set(id, options as unknown as FollowOptions<unknown>);
    options.signal.addEventListener('abort', () => this.followers.delete(id));
    if (this.values.has(id)) options.onValue(this.values.get(id) as never);
  };
}

/** "K=key:app/x" looks a key up, "P=/x" reads a fetched key, "H=name" asks the resolver, "!text" fails; one per line. */
export const fakeTemplate = (text: string): Template => ({
  render(source) {
    const missing: { dependency: Dependency; at: { template: string; line: number; column: number } }[] = [];
    const lines = text.split('\n').map((line, position) => {
      const rest = line.slice(2);
      const at = { template: 'a.tmpl', line: position + 1, column: 0 };
      if (line.startsWith('!')) throw new TemplateError(line.slice(1), { missing });
      if (line.startsWith('P=')) return source.keys.get(rest) ?? 'none';
      if (line.startsWith('K=')) {
        const look = (key: string) => {
          const dependency = keyOf(key);
          const value = source.lookup(dependency);
          if (value === undefined || value === null) missing.push({ dependency, at });
          return keyText(value);
        };
        return look(rest.startsWith('@') ? look(rest.slice(1)) : rest);
      }
      if (line.startsWith('H=')) {
        const dependency = { kind: 'hostAddresses', name: rest, family: 0 } as const;
        const value = source.lookup(dependency);
        if (value === undefined) missing.push({ dependency, at });
        return value?.join(' ') ?? '';
      }
      return line;
    });
    return { bytes: Buffer.from(lines.join('\n')), missing };
  },
});
const keyText = (entry: KvEntry | null | undefined) => Buffer.from(entry?.Value ?? '', 'base64').toString();

export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; task: () => void }>();

  now = () => this.#now;

  after = (delayMs: number, task: () => void) => {
    const timer = { at: this.#now + delayMs, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  advance(byMs: number): void {
    this.#now += byMs;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.task();
    }
  }
}

export class FakeLog implements Logger {
  readonly lines: string[] = [];
  /** Of the line with the same position. */
  readonly fields: Readonly<Record<string, unknown>>[] = [];
  log: Logger['log'] = (level, text, fields = {}) => {
    if (level === 'debug') return;
    this.lines.push(`${level} ${text}`);
    this.fields.push(fields);
  };
  named = () => this;
}

/** All promises that can go on have gone on. */
export const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
