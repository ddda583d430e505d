/**
 * The path of a request, as bytes. Inside `http` a path is a byte string like KvKey: one character per byte, because keys may hold bytes
 * that are no UTF-8. Percent-decoding, cleaning and the redirect follow Go's net/http (ServeMux, path.Clean, URL.EscapedPath), which
 * every Consul client has been tested against.
 */

/** The request target in two halves; the query is undefined when there is no "?". Absolute targets (to a proxy) lose their origin. */
export function splitTarget(target: string): { readonly path: string; readonly query: string | undefined } {
  const local = target.charCodeAt(0) === 0x2f ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  return mark < 0 ? { path: local, query: undefined } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}

const escapes = /%([0-9A-Fa-f]{2})?/g;

/** "a%2Fb%ff" -> "a/b\xff"; null when a "%" is not followed by two hexadecimal digits. */
export function percentDecode(encoded: string): string | null {
  if (!encoded.includes('%')) return encoded;
  let broken = false;
  const decoded = encoded.replace(escapes, (_whole, digits: string | undefined) => {
    if (digits === undefined) broken = true;
    return digits === undefined ? '' : String.fromCharCode(Number.parseInt(digits, 16));
  });
  return broken ? null : decoded;
}

/** The first faulty escape, as Go's error names it: `%`, `%z`, `%zz`. */
export function brokenEscape(encoded: string): string {
  return /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(encoded)?.[0] ?? '';
}

const asciiOnly = /^[\x00-\x7f]*$/;
const asciiPrintable = /^[\x20-\x7e]*$/;

/** Bytes as text; what is no UTF-8 becomes U+FFFD. */
export function textOf(bytes: string): string {
  return asciiOnly.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Control characters and invisible blanks have no place in a path. */
export function isPrintable(path: string): boolean {
  return asciiPrintable.test(path) || /^(?:[^\p{C}\p{Z}]| )*$/u.test(textOf(path));
}

/** "/a//b/./c/../d/" -> "/a/b/d/" */
export function cleanPath(path: string): string {
  if (!/\/(?:\/|\.{1,2}(?:\/|$))/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const cleaned = `/${kept.join('/')}`;
  return path.endsWith('/') && cleaned !== '/' ? `${cleaned}/` : cleaned;
}

/** Bytes as they may stand in a `Location` header. */
export function percentEncode(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
