/** Keys of the store as consul-template's templates see them: `.Path`, `.Key`, `.Value` and what else the HTTP API tells of one. */
import { byteStringFromBase64 } from '../../src/lib/base64.js';
import type { KvEntry } from '../../src/model/records.js';
import { fromText } from '../go-template/byte-string.js';
import { GoInteger, GoList, GoStruct, type GoValue } from '../go-template/value.js';
import { structType } from './struct-type.js';

const keyPairType = structType('dependency.KeyPair', {
  Path: 'string',
  Key: 'string',
  Value: 'string',
  CreateIndex: 'uint64',
  ModifyIndex: 'uint64',
  LockIndex: 'uint64',
  Flags: 'uint64',
  Session: 'string',
});

/** Most fields are made when they are asked for: of thousands of pairs most templates look at two. */
class KeyPairFields implements Readonly<Record<string, GoValue>> {
  readonly [name: string]: GoValue;
  readonly Key: string;
  readonly #entry: KvEntry;
  #value: string | undefined;

  constructor(entry: KvEntry, key: string) {
    this.Key = key;
    this.#entry = entry;
  }

  get Path(): string {
    return this.#entry.Key;
  }

  get Value(): string {
    this.#value ??= valueOfKey(this.#entry);
    return this.#value;
  }

  get CreateIndex(): GoInteger {
    return unsigned(this.#entry.CreateIndex);
  }

  get ModifyIndex(): GoInteger {
    return unsigned(this.#entry.ModifyIndex);
  }

  get LockIndex(): GoInteger {
    return unsigned(this.#entry.LockIndex);
  }

  get Flags(): GoInteger {
    return new GoInteger('uint64', BigInt(this.#entry.Flags));
  }

  get Session(): string {
    return fromText(this.#entry.Session);
  }
}

export const keyPairListType = '[]*dependency.KeyPair';
export const noPairs = new GoList([], keyPairListType);

interface Below {
  readonly prefix: string;
  readonly isDeep: boolean;
}

/** Answer -> the pairs last made of it: an unchanged tree costs nothing to render again. */
const made = new WeakMap<readonly KvEntry[], Below & { readonly pairs: GoList }>();

/** The pairs below a prefix, `.Key` without it: all of them, or those directly below it. Folder keys end in a slash and are no values. */
export function pairsBelow(entries: readonly KvEntry[], { prefix, isDeep }: Below): GoList {
  const known = made.get(entries);
  if (known?.prefix === prefix && known.isDeep === isDeep) return known.pairs;
  const found: GoStruct[] = [];
  for (const entry of entries) {
    const key = behind(entry.Key, prefix.length);
    if (key !== '' && (isDeep ? !key.endsWith('/') : !key.includes('/')))
      found.push(new GoStruct(keyPairType, new KeyPairFields(entry, key)));
  }
  const pairs = new GoList(found, keyPairListType);
  made.set(entries, { prefix, isDeep, pairs });
  return pairs;
}

/** Without slashes in front. */
function behind(key: string, length: number): string {
  let start = length;
  while (key.startsWith('/', start)) start++;
  return key.slice(start);
}

const existingPairType = structType('dependency.KeyPair', { Exists: 'bool', ...Object.fromEntries(keyPairType.fields) });

/** What `keyExistsGet` gives: `.Key` is the whole path here, also of a key that there is not. */
export function existingPair(entry: KvEntry | null | undefined, path: string): GoStruct {
  const absent = { Path: path, Key: path, Value: '', Session: '' };
  const numbers = { CreateIndex: unsigned(0), ModifyIndex: unsigned(0), LockIndex: unsigned(0), Flags: unsigned(0) };
  if (!entry) return new GoStruct(existingPairType, { Exists: false, ...absent, ...numbers });
  const pair = new GoStruct(keyPairType, new KeyPairFields(entry, behind(entry.Key, 0)));
  const fields = [...keyPairType.fields.keys()].map((name) => [name, pair.field(name)] as const);
  return new GoStruct(existingPairType, { Exists: true, ...Object.fromEntries(fields) });
}

/** What a template hands on as a pair, its key as it stands there; nothing of anything else. */
export function pathAndValue(pair: GoValue): [path: string, value: GoValue] {
  return pair instanceof GoStruct ? [String(pair.field('Key')), pair.field('Value')] : ['', undefined];
}

/** The value of a key as a byte string. */
export function valueOfKey(entry: KvEntry): string {
  return byteStringFromBase64(entry.Value);
}

function unsigned(value: number): GoInteger {
  return new GoInteger('uint64', BigInt(value));
}
