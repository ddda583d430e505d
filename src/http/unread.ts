/**
 * Requests that are answered before all of their body has come. A short rest is read and dropped by node, so that the connection can go
 * on; one that is long, or of unknown length, is not read any more: the answer says `Connection: close`, our half of the connection is
 * closed behind it, and the whole of it after a moment. That moment lets clients see the answer that are still busy sending: closing at
 * once would make the system throw the answer away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestLimits } from '../model/limits.js';

/** To be called before the head of the answer is written. */
export function closeIfUnread(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  const { 'content-length': declared, 'transfer-encoding': coding, expect } = request.headers;
  if (coding !== undefined || expect !== undefined || Number(declared ?? 0) > requestLimits.bodyBytesMax) stopReading(request, response);
}

/** Reads nothing of the request any more, and closes its connection once it has been answered. */
export function stopReading(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  response.shouldKeepAlive = false;
  request.pause();
  // node calls this once the last answer is out, and would throw the connection away with what has not been read.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), requestLimits.lingerMs).unref();
    socket.once('close', () => clearTimeout(timer));
    // Behind the answer node resumes the request in order to drop the rest; a turn later it has done so.
    setImmediate(() => socket.pause());
  };
}
