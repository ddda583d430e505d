/**
 * Keys of ours and keys in redis, as confd has them: app/port is "/app/port" there, or "app:port" when ":" separates. All are byte
 * strings, one character per byte.
 */
import { type KvKey, keyFromByteString, keyFromText } from '../../src/model/kv-key.js';
import type { KeyQuery } from './key-store.js';

export class RedisKeys {
  readonly #separator: string;

  constructor(separator: string) {
    this.#separator = keyFromText(separator);
  }

  /** '' is everything. */
  inRedis(path: string): string {
    const trimmed = path.replace(/\/+$/, '');
    if (trimmed === '') return '';
    return this.#separator === '/' ? `/${trimmed}` : trimmed.replaceAll('/', this.#separator);
  }

  /** Also a key without a leading slash beside those that have one. */
  fromRedis(key: string): KvKey {
    const slashed = this.#separator === '/' ? key : key.replaceAll(this.#separator, '/');
    return keyFromByteString(slashed.startsWith('/') ? slashed.slice(1) : slashed);
  }

  /** What the keys below a key begin with. */
  below(key: string): string {
    return key === '' ? '' : `${key}${this.#separator}`;
  }

  /** For SCAN and the like: what is below a key, without the key itself. */
  patternBelow(key: string): string {
    return `${escaped(this.below(key))}*`;
  }

  /** The hash that may hold a key as its field: "app/port" is field "port" of "/app". */
  parent(path: string): { readonly key: string; readonly field: string } | undefined {
    const cut = path.lastIndexOf('/');
    return cut <= 0 ? undefined : { key: this.inRedis(path.slice(0, cut)), field: path.slice(cut + 1) };
  }

  /** Patterns of the keys whose change may change what is asked for. */
  watched({ path, isExact }: KeyQuery): readonly string[] {
    const key = this.inRedis(path);
    if (!isExact) return key === '' ? ['*'] : [escaped(key), this.patternBelow(key)];
    const parent = this.parent(path);
    return [escaped(key), ...(parent === undefined ? [] : [escaped(parent.key)])];
  }
}

function escaped(text: string): string {
  return text.replace(/[*?[\]^\\]/g, '\\$&');
}
