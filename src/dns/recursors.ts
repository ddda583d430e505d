/**
 * Puts questions to the recursors, in turn: NOERROR and NXDOMAIN are final, whatever else comes (or does not come in time) moves on to the next.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Clock } from '../lib/clock.js';
import type { Random } from '../lib/random.js';
import type { DnsSettings } from '../model/dns-settings.js';
import type { Transport } from './fit.js';
import { classIn, Flag, headerBytes, Rcode, Type } from './wire/codes.js';
import { decodeAddresses } from './wire/decode.js';
import { nameBytes } from './wire/name.js';
import type { DnsRecord } from './wire/record.js';

export interface RecursorParts {
  readonly settings: DnsSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Without EDNS the asker can use no more of them. */
const recordsWithoutEdns = 5;

export async function forward(parts: RecursorParts, packet: Buffer, transport: Transport): Promise<Buffer | null> {
  for (const recursor of parts.settings.recursors) {
    const reply = await exchange(parts, recursor, packet, transport).catch(() => null); // silence and refusal alike: the next one
    const rcode = reply ? reply.readUInt16BE(2) & 15 : Rcode.SERVFAIL;
    if (reply && (rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN)) return reply;
  }
  return null;
}

export async function lookUpOutside(parts: RecursorParts, hostName: string, hasEdns: boolean): Promise<DnsRecord[]> {
  const name = nameBytes(hostName);
  if (!name || parts.settings.recursors.length === 0) return [];
  const question = Buffer.alloc(headerBytes + name.length + 4);
  question.writeUInt16BE(Math.floor(parts.random() * 0x10000), 0);
  question.writeUInt16BE(Flag.RD, 2);
  question.writeUInt16BE(1, 4);
  question.set(name, headerBytes);
  question.writeUInt16BE(Type.A, headerBytes + name.length);
  question.writeUInt16BE(classIn, headerBytes + name.length + 2);
  const reply = await forward(parts, question, 'udp');
  const records = reply ? decodeAddresses(reply) : [];
  return hasEdns ? records : records.slice(0, recordsWithoutEdns);
}

/** "10.0.0.2", "10.0.0.2:5353", "[2001:db8::1]:53", "2001:db8::1" */
export function recursorAddress(text: string): { readonly host: string; readonly port: number } {
  if (isIPv6(text)) return { host: text, port: 53 };
  const [, host = text, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text) ?? [];
  return { host, port: port === undefined ? 53 : Number(port) };
}

function exchange(parts: RecursorParts, recursor: string, packet: Buffer, transport: Transport): Promise<Buffer> {
  const { host, port } = recursorAddress(recursor);
  return new Promise((resolve, reject) => {
    const fail = () => done(() => reject(parts.signal.reason ?? new Error('no reply in time')));
    const cancel = parts.clock.after(parts.settings.recursorTimeoutMs, fail);
    const isReply = (reply: Buffer) => reply.length >= headerBytes && reply.readUInt16BE(0) === packet.readUInt16BE(0);
    const finish = {
      reply: (reply: Buffer) => isReply(reply) && done(() => resolve(reply)),
      error: (error: Error) => done(() => reject(error)),
    };
    const close = transport === 'udp' ? overUdp(host, port, packet, finish) : overTcp(host, port, packet, finish);
    const done = (settle: () => void) => {
      parts.signal.removeEventListener('abort', fail);
      cancel();
      close();
      settle();
    };
    parts.signal.addEventListener('abort', fail, { once: true });
  });
}

interface Finish {
  reply(reply: Buffer): void;
  error(error: Error): void;
}

/** A socket of its own for each question: the port is one more thing that a forger has to guess (RFC 5452 §9.2). */
function overUdp(host: string, port: number, packet: Buffer, finish: Finish): () => void {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.once('error', finish.error);
  socket.on('message', finish.reply);
  // Connected, so that only the recursor's own replies come through and an ICMP refusal is heard of.
  socket.connect(port, host, () => socket.send(packet));
  return () => {
    socket.removeAllListeners();
    socket.on('error', () => undefined); // it has been given up
    socket.close();
  };
}

function overTcp(host: string, port: number, packet: Buffer, finish: Finish): () => void {
  const socket = connect(port, host);
  let received = Buffer.alloc(0);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length, 0);
  socket.once('connect', () => socket.write(Buffer.concat([length, packet])));
  socket.once('error', finish.error);
  socket.once('close', () => finish.error(new Error('the connection was closed')));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0))
      finish.reply(received.subarray(2, 2 + received.readUInt16BE(0)));
  });
  return () => {
    socket.removeAllListeners();
    socket.on('error', () => undefined); // it has been given up
    socket.destroy();
  };
}
