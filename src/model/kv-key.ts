/**
 * A key of the KV store. Keys are opaque bytes: `..`, `//`, NUL and bytes that are no UTF-8 are all allowed and given back exactly.
 * Inside mesh a key is a byte string: one character per byte (U+0000 to U+00FF), so `<` compares as bytes do and a prefix of
 * characters is a prefix of bytes. Text exists only at the edges, through the two functions below.
 */
declare const kvKey: unique symbol;
export type KvKey = string & { readonly [kvKey]: true };

const asciiOnly = /^[\x00-\x7f]*$/;

/** "grün" -> "gr\u00c3\u00bcn" (its UTF-8 bytes). */
export function keyFromText(text: string): KvKey {
  return (asciiOnly.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')) as KvKey;
}

/** The other way; bytes that are no UTF-8 become U+FFFD, as in Consul's JSON. */
export function keyToText(key: KvKey): string {
  return asciiOnly.test(key) ? key : Buffer.from(key, 'latin1').toString('utf8');
}

/** The bytes themselves, for instance from a percent-decoded URL. */
export function keyFromBytes(bytes: Uint8Array): KvKey {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as KvKey;
}

/** Bytes that stand one per character already, as the path of a URL does inside `http`. */
export function keyFromByteString(bytes: string): KvKey {
  return bytes as KvKey;
}

/** The first bytes of a key. */
export function kvKeySlice(key: KvKey, bytes: number): KvKey {
  return key.slice(0, bytes) as KvKey;
}
