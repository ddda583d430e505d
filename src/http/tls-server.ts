/**
 * The HTTPS side of a listener. Whoever speaks plain HTTP to it is told so, as Go's server does; the handshake has a limit of time from the
 * opening of the connection; `use` takes new certificates for the connections to come.
 */
import type { ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { TlsSettings } from '../model/http-settings.js';

export interface TlsServer {
  readonly server: Server;
  use(tls: TlsSettings): void;
  /** Ends the handshakes that go on: connections that node does not count yet. */
  cut(): void;
}

type Begin = (this: Server, socket: Socket) => void;

export function createTlsServer(options: ServerOptions, tls: TlsSettings): TlsServer {
  const server = createServer({ ...options, ...contextOptions(tls), ...clientOptions(tls), handshakeTimeout: tls.handshakeMs });
  let { handshakeMs } = tls;
  const running = new Handshakes(server);
  // node begins the handshake as soon as somebody connects; the first byte is looked at before that.
  const [begin] = server.listeners('connection') as Begin[];
  if (!begin) throw new TypeError('node:https does not listen to connections');
  server.removeListener('connection', begin);
  server.on('connection', (socket: Socket) => {
    running.begin(socket, handshakeMs);
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const first: unknown = socket.read(1);
      if (!Buffer.isBuffer(first)) return void socket.destroy();
      socket.unshift(first);
      if (isLetter(first[0])) tellToSpeakTls(socket);
      else begin.call(server, socket);
    });
  });
  return {
    server,
    cut: () => running.cut(),
    use: (next) => {
      handshakeMs = next.handshakeMs;
      server.setSecureContext(contextOptions(next));
      // node has no method for these; it reads them for each connection.
      Object.assign(server, clientOptions(next));
    },
  };
}

function contextOptions({ certificate, key, authorities, minVersion, ciphers, prefersServerCiphers }: TlsSettings): SecureContextOptions {
  return {
    cert: certificate,
    key,
    ...(authorities.length > 0 && { ca: [...authorities] }),
    minVersion,
    ciphers,
    honorCipherOrder: prefersServerCiphers,
  };
}

function clientOptions({ requiresClientCertificate }: TlsSettings): Pick<TlsOptions, 'requestCert' | 'rejectUnauthorized'> {
  return { requestCert: requiresClientCertificate, rejectUnauthorized: requiresClientCertificate };
}

/** TLS begins with byte 22; a method with a capital letter. */
function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}

function tellToSpeakTls(socket: Socket): void {
  const text = 'Client sent an HTTP request to an HTTPS server.\n';
  const head = 'HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n';
  socket.resume();
  socket.end(`${head}Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`, () => socket.destroySoon());
}

/** Between the opening of a connection and the end of its handshake, which come as two different sockets: the peer's address joins them. */
class Handshakes {
  private readonly handshakes = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();

  constructor(server: Server) {
    server.on('secureConnection', (socket) => this.end(socket));
  }

  begin(socket: Socket, limitMs: number): void {
    const timer = setTimeout(() => socket.destroy(), limitMs).unref();
    const key = keyOf(socket);
    this.handshakes.set(key, { socket, timer });
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.handshakes.get(key)?.socket === socket) this.handshakes.delete(key);
    });
  }

  cut(): void {
    for (const { socket } of this.handshakes.values()) socket.destroy();
  }

  private end(socket: Socket): void {
    const key = keyOf(socket);
    clearTimeout(this.handshakes.get(key)?.timer);
    this.handshakes.delete(key);
  }
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
