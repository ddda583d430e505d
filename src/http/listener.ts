/**
 * Sockets: one node HTTP server per address. Nothing here cuts a waiting request; what is limited is the time a client may take to send
 * its request, the size of its head, and how many connections one address may hold.
 */
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpListener, HttpSettings } from '../model/http-settings.js';
import { requestLimits } from '../model/limits.js';
import { isRefused } from './admission.js';
import { expectsContinue, type Listener } from './app.js';
import { ClientCounts } from './client-counts.js';
import type { HttpContext } from './context.js';
import { headerBytesMaxOf } from './header-limit.js';
import type { TlsServer } from './tls-server.js';

/** How often node looks for requests that take too long to arrive. */
const lookForSlowMs = 1_000;
/** A peer that has vanished without a word is noticed by the system's probes, which begin after this silence. */
const probeAfterMs = 15_000;

export interface OpenListener {
  readonly server: Server | TlsServer['server'];
  /** "127.0.0.1:8500", "[::1]:8500", or the path of a Unix socket. */
  readonly address: string;
  readonly isTls: boolean;
  /** Takes the certificates of new settings. */
  use(settings: HttpSettings): void;
  /** Ends what is being opened. */
  cut(): void;
}

const nothingOfItsOwn = { use: () => {}, cut: () => {} };

// keepAliveTimeout 0: clients keep connections for as long as they like, as with Consul; a short one races with their next request.
const serverOptions = (settings: HttpSettings) => ({
  keepAliveTimeout: 0,
  // What node reads at most: target and headers each have a limit of their own below it.
  maxHeaderSize: requestLimits.targetBytesMax + headerBytesMaxOf(settings),
  headersTimeout: requestLimits.headersMs,
  requestTimeout: requestLimits.requestMs,
  connectionsCheckingInterval: lookForSlowMs,
  keepAlive: true,
  keepAliveInitialDelay: probeAfterMs,
});

export async function listen(context: HttpContext, listener: HttpListener, take: Listener): Promise<OpenListener> {
  const { server, use, cut } = listener.isTls
    ? await tlsServer(context)
    : { server: createServer(serverOptions(context.settings)), ...nothingOfItsOwn };
  server.maxHeadersCount = 0; // all of them, so that their size can be told
  server.on('clientError', (error: ClientError, socket) => answerClientError(error, socket as Socket));
  limitConnections(context, server, listener.isTls);
  await opened(server, listener);
  if (listener.kind === 'unix') setOwner(listener);
  const onLoopback = isLoopback(server.address());
  const admit = (request: IncomingMessage, response: ServerResponse) => {
    if (!isRefused(context, request, response, onLoopback)) take(request, response);
  };
  server.on('request', admit);
  server.on('checkContinue', (request, response) => {
    expectsContinue.add(request);
    admit(request, response);
  });
  return { server, address: addressOf(server.address()), isTls: listener.isTls, use, cut };
}

/** node:tls is read only where it is used. */
async function tlsServer({ settings }: HttpContext): Promise<Pick<OpenListener, 'server' | 'use' | 'cut'>> {
  const { createTlsServer } = await import('./tls-server.js');
  if (settings.tls === null) throw new TypeError('a listener of HTTPS without a certificate');
  const { server, use, cut } = createTlsServer(serverOptions(settings), settings.tls);
  return { server, cut, use: ({ tls }) => tls && use(tls) };
}

function opened(server: OpenListener['server'], listener: HttpListener): Promise<void> {
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

function isLoopback(address: AddressInfo | string | null): boolean {
  return typeof address === 'object' && address !== null && /^(?:127\.|::1$|::ffff:127\.)/.test(address.address);
}

/** `limits.http_max_conns_per_client`: one more gets a 429 and is closed. */
function limitConnections(context: HttpContext, server: OpenListener['server'], isTls: boolean): void {
  const open = new ClientCounts();
  server.on('connection', (socket: Socket) => {
    socket.setMaxListeners(0); // requests in a row may wait at once
    const client = socket.remoteAddress;
    if (!open.take(client, context.settings.connectionsPerClientMax))
      // Nothing can be said before the handshake, which is what an attacker wants us to pay for.
      return isTls
        ? void socket.destroy()
        : refuse(socket, '429 Too Many Requests', `: too many connections from ${client}; raise limits.http_max_conns_per_client`);
    socket.once('close', () => open.release(client));
  });
}

interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** Texts of 400 and 431 are Go's. */
function answerClientError({ code, rawPacket }: ClientError, socket: Socket): void {
  // Of HTTP alone; a handshake that failed has nobody who could read an answer.
  if (!/^(?:HPE|ERR_HTTP)_/.test(code ?? '') || !socket.writable) socket.destroy();
  else if (code === 'HPE_HEADER_OVERFLOW' && isRequestLine(rawPacket)) refuse(socket, '414 URI Too Long');
  else if (code === 'HPE_HEADER_OVERFLOW') refuse(socket, '431 Request Header Fields Too Large');
  else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, '408 Request Timeout', ': the request took too long to arrive');
  else refuse(socket, '400 Bad Request');
}

/** What came last is still the first line of a request, which has no end. */
function isRequestLine(packet: Buffer | undefined): boolean {
  return packet !== undefined && !packet.includes('\n');
}

function refuse(socket: Socket, status: string, reason = ''): void {
  const body = `${status}${reason}`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  // What still comes is not answered, and not waited for.
  const timer = setTimeout(() => socket.destroy(), requestLimits.lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}
