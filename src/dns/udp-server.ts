/** Questions over UDP: each packet on its own, answered when its answer is ready. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Logger } from '../lib/log.js';
import { systemErrorText } from '../lib/system-error.js';

/** @param peer address of the sender */
export type Respond = (packet: Buffer, transport: 'udp' | 'tcp', peer: string) => Promise<Buffer | null>;

/** Questions waiting for the backend; beyond this new ones are dropped, as a full socket buffer would drop them, and resolvers ask again. */
const waitingMax = 20_000;
/** Room for bursts while the loop is busy. */
const receiveBufferBytes = 4 * 1024 * 1024;

export interface UdpServer {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startUdpServer(
  at: { readonly host: string; readonly port: number },
  respond: Respond,
  logger: Logger,
): Promise<UdpServer> {
  // Replies go to addresses, never to names: without the look-up a send is a good deal cheaper.
  const family = isIPv6(at.host) ? 6 : 4;
  const lookup = (address: string, _options: unknown, done: (error: null, address: string, family: number) => void) =>
    done(null, address, family);
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup });
  await bind(socket, at);
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch (error) {
    logger.log('debug', 'the receive buffer stays as it is', { error: systemErrorText(error) });
  }
  socket.on('error', (error) => logger.log('warn', 'UDP', { error: error.message }));
  answerAll(socket, respond, logger);
  return { port: socket.address().port, stop: () => new Promise((resolve) => socket.close(() => resolve())) };
}

function answerAll(socket: Socket, respond: Respond, logger: Logger): void {
  let waiting = 0;
  const sent = (error: Error | null) => {
    if (error) logger.log('debug', 'a reply could not be sent', { error: error.message });
  };
  socket.on('message', (packet: Buffer, from: RemoteInfo) => {
    if (waiting >= waitingMax || from.port === 0) return;
    waiting++;
    void respond(packet, 'udp', from.address).then((reply) => {
      waiting--;
      if (reply) socket.send(reply, from.port, from.address, sent);
    });
  });
}

function bind(socket: Socket, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port }, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
}
