/**
 * Sockets: one node HTTP server per address. Nothing here cuts a waiting request; what is limited is the time a client may take to send
 * its request, the size of its headers, and how many connections one address may hold.
 */
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpListener } from '../model/http-settings.js';
import { expectsContinue, type Listener } from './app.js';
import type { HttpContext } from './context.js';

/** Path, query and all headers together. */
const headerBytesMax = 64 * 1024;
/** A peer that has vanished without a word is noticed by the system's probes, which begin after this silence. */
const probeAfterMs = 15_000;

/** "127.0.0.1:8500", "[::1]:8500", or the path of a Unix socket. */
export async function listen(context: HttpContext, listener: HttpListener, take: Listener): Promise<{ server: Server; address: string }> {
  // keepAliveTimeout 0: clients keep connections for as long as they like, as with Consul; a short one races with their next request.
  const options = { keepAliveTimeout: 0, maxHeaderSize: headerBytesMax, keepAlive: true, keepAliveInitialDelay: probeAfterMs };
  const server = createServer(options, take);
  server.on('checkContinue', (request, response) => {
    expectsContinue.add(request);
    take(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerClientError(error, socket as Socket));
  limitConnections(context, server);
  await opened(server, listener);
  if (listener.kind === 'unix') setOwner(listener);
  return { server, address: addressOf(server.address()) };
}

function opened(server: Server, listener: HttpListener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = () => {
      server.removeListener('error', reject);
      resolve();
    };
    if (listener.kind === 'tcp') return void server.listen({ host: listener.host, port: listener.port }, done);
    rmSync(listener.path, { force: true }); // left behind by an agent that was killed
    server.listen({ path: listener.path }, done);
  });
}

function setOwner({ path, mode, userId, groupId }: HttpListener & { kind: 'unix' }): void {
  if (userId !== null || groupId !== null) chownSync(path, userId ?? -1, groupId ?? -1);
  if (mode !== null) chmodSync(path, mode);
}

function addressOf(address: AddressInfo | string | null): string {
  if (typeof address !== 'object' || address === null) return address ?? '';
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

/** `limits.http_max_conns_per_client`: one more gets a 429 and is closed. */
function limitConnections(context: HttpContext, server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const client = socket.remoteAddress;
    const { connectionsPerClientMax } = context.settings;
    if (client === undefined) return;
    const count = (open.get(client) ?? 0) + 1;
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
    if (connectionsPerClientMax > 0 && count > connectionsPerClientMax)
      refuse(socket, '429 Too Many Requests', `too many connections from ${client}; raise limits.http_max_conns_per_client`);
  });
}

function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (error.code === 'HPE_HEADER_OVERFLOW')
    refuse(socket, '431 Request Header Fields Too Large', `headers beyond ${headerBytesMax} bytes`);
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, '408 Request Timeout', 'the request took too long to arrive');
  else refuse(socket, '400 Bad Request', 'this is not HTTP');
}

function refuse(socket: Socket, status: string, text: string): void {
  const body = `${status.slice(4)}: ${text}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
