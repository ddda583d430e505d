/** Bytes to a listener and what comes back, for requests that no HTTP client would send. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';

export interface Talk {
  readonly socket: Socket;
  /** What has come so far, as bytes. */
  received(): string;
  /** All of it, once the other side has closed. */
  readonly ended: Promise<string>;
}

export function talk(base: string, text: string): Talk {
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => {}); // a refused sender may be cut off
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  socket.write(text, 'latin1');
  return { socket, received: () => received, ended };
}

/** Writes `chunk` again and again, as fast as it is taken, until the connection is gone. */
export function pour(socket: Socket, chunk: string): void {
  const more = () => {
    while (!socket.destroyed && socket.writable && socket.write(chunk, 'latin1'));
  };
  socket.on('drain', more);
  more();
}

/** How much the server's end of each connection has read, by the path that was asked for. */
export function watchServer(): { readonly bytesRead: (path: string) => number; readonly stop: () => void } {
  const sockets = new Map<string, Socket>();
  const note = (message: unknown) => {
    const { request, socket } = message as { request: { url: string }; socket: Socket };
    sockets.set(request.url, socket);
  };
  subscribe('http.server.request.start', note);
  return {
    bytesRead: (path) => sockets.get(path)?.bytesRead ?? -1,
    stop: () => void unsubscribe('http.server.request.start', note),
  };
}
