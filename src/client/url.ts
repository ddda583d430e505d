/** Paths and query strings, escaped as Consul's Go client escapes them (error texts show them). */

export type Parameters = readonly (readonly [name: string, value: string])[];

/** One segment or several: `/` stays. Takes bytes as `KvKey` holds them, so that keys which are no UTF-8 arrive unharmed. */
export function escapePath(bytes: string): string {
  return /^[\w$&+,/:;=@.~-]*$/.test(bytes) ? bytes : percentEncoded(bytes, /[\w$&+,/:;=@.~-]/);
}

/** Text as one segment of a path: `/` is escaped. */
export function escapeSegment(text: string): string {
  return percentEncoded(Buffer.from(text, 'utf8').toString('latin1'), /[\w$&+:=@.~-]/);
}

/** "a=1&recurse=", sorted by name; '' for no parameters. */
export function queryString(parameters: Parameters): string {
  return [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`)
    .join('&');
}

function escapeQuery(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return percentEncoded(Buffer.from(text, 'utf8').toString('latin1'), /[\w.~-]/).replaceAll('%20', '+');
}

/** `bytes`: one character per byte. */
function percentEncoded(bytes: string, kept: RegExp): string {
  let escaped = '';
  for (const byte of bytes) escaped += kept.test(byte) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return escaped;
}
