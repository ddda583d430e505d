/**
 * Questions over TCP (RFC 1035 §4.2.2: two bytes of length before each message). Those of one connection are answered one after the other; a
 * client that asks nothing, or asks forever, is let go.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Respond } from './udp-server.js';

export interface TcpServer {
  readonly port: number;
  /** Connections are cut. */
  stop(): Promise<void>;
}

export interface TcpParts {
  readonly host: string;
  readonly port: number;
  readonly respond: Respond;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Open connections at once; more are closed at once. */
  readonly connectionsMax: () => number;
}

const firstQuestionMs = 2_000;
const nextQuestionMs = 8_000;
const questionsMax = 128;

export async function startTcpServer(parts: TcpParts): Promise<TcpServer> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    if (open.size >= parts.connectionsMax()) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    new Connection(socket, parts).start();
  });
  await listen(server, parts);
  server.on('error', (error) => parts.logger.log('warn', 'TCP', { error: error.message }));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : parts.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

class Connection {
  private readonly socket: Socket;
  private readonly parts: TcpParts;
  private received = Buffer.alloc(0);
  private questions = 0;
  private isAnswering = false;
  private stopWaiting = () => {};

  constructor(socket: Socket, parts: TcpParts) {
    this.socket = socket;
    this.parts = parts;
  }

  start(): void {
    this.waitFor(firstQuestionMs);
    this.socket.on('error', (error) => this.parts.logger.log('debug', 'a connection broke', { error: error.message }));
    this.socket.once('close', () => this.stopWaiting());
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      void this.answerAll();
    });
  }

  private waitFor(delayMs: number): void {
    this.stopWaiting();
    this.stopWaiting = this.parts.clock.after(delayMs, () => this.socket.destroy());
  }

  /** While a question is being answered nothing more is read: one message and what came with it is all that is kept. */
  private async answerAll(): Promise<void> {
    if (this.isAnswering) return;
    this.isAnswering = true;
    this.socket.pause();
    for (let packet = this.take(); packet && !this.socket.destroyed; packet = this.take()) {
      this.stopWaiting();
      const reply = await this.parts.respond(packet, 'tcp', this.socket.remoteAddress ?? '');
      if (!reply) break;
      this.write(reply);
      if (++this.questions >= questionsMax) {
        this.socket.end();
        return;
      }
      this.waitFor(nextQuestionMs);
    }
    this.isAnswering = false;
    this.socket.resume();
  }

  private take(): Buffer | null {
    const { received } = this;
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return null;
    const end = 2 + received.readUInt16BE(0);
    this.received = received.subarray(end);
    return received.subarray(2, end);
  }

  private write(reply: Buffer): void {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(reply.length, 0);
    this.socket.write(Buffer.concat([length, reply]));
  }
}

function listen(server: Server, { host, port }: TcpParts): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
