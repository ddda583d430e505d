/** Where a request comes from, for answers that hang on it (`near=_ip`). */
import { isIP } from 'node:net';
import type { Call } from './call.js';

/** What the first proxy says it heard (`X-Forwarded-For`), else the peer; '' for Unix sockets. IPv4 also where the socket is IPv6. */
export function sourceOf(call: Call): string {
  const [forwarded = ''] = call.header('x-forwarded-for').split(',');
  if (isIP(forwarded.trim())) return forwarded.trim();
  return (call.request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}
