/** The first lines of a request (RFC 9112 §3), one character per byte. */
import type { Request } from './transport.js';

/** @throws TypeError when something in it could end a line */
export function headOf({ method, headers, body }: Request, { path, host }: { readonly path: string; readonly host: string }): string {
  if (/[^\x21-\xff]/.test(path)) throw new TypeError('Request path contains unescaped characters');
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`);
    lines.push(`${name}: ${value}`);
  }
  if (body !== undefined || method === 'PUT' || method === 'POST') lines.push(`Content-Length: ${body?.byteLength ?? 0}`);
  return `${lines.join('\r\n')}\r\nConnection: keep-alive\r\n\r\n`;
}
