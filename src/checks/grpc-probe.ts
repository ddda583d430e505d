/**
 * Asks the standard health service of a gRPC server; SERVING is passing, everything else critical.
 * Address: `host:port` or `host:port/service`. Protocol: grpc/doc/health-checking.md and PROTOCOL-HTTP2.md; the two messages have one
 * field each, so they are written and read by hand.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { Deadline } from '../lib/deadline.js';
import { DialError, dial, parseHostPort } from './dial.js';
import { dialTls, HandshakeError } from './dial-tls.js';
import type { Probe, ProbeResult, ProbeSettings, ProbeTls } from './probe.js';

export interface GrpcTarget {
  readonly address: string;
  /** null is clear text. */
  readonly tls: ProbeTls | null;
}

export function grpcProbe({ address, tls }: GrpcTarget, { timeoutMs }: ProbeSettings): Probe {
  const slash = address.indexOf('/');
  const server = slash < 0 ? address : address.slice(0, slash);
  const service = slash < 0 ? '' : address.slice(slash + 1);
  return {
    async run(signal) {
      const deadline = new Deadline(timeoutMs, signal);
      try {
        const socket = await open(server, tls, { timeoutMs, signal: deadline.signal });
        return resultOf(address, await ask(socket, { server, service, isTls: tls !== null }, deadline.signal));
      } catch (error) {
        signal.throwIfAborted();
        return { status: 'critical', output: deadline.passed ? rpcError('DeadlineExceeded', 'context deadline exceeded') : failure(error) };
      } finally {
        deadline.clear();
      }
    },
  };
}

async function open(server: string, tls: ProbeTls | null, limits: { timeoutMs: number; signal: AbortSignal }): Promise<Socket> {
  const address = parseHostPort(server);
  return tls === null ? dial(address, limits) : dialTls(address, { tls, ...limits });
}

function failure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof HandshakeError)
    return rpcError('Unavailable', `connection error: desc = "transport: authentication handshake failed: ${text}"`);
  if (error instanceof DialError) return rpcError('Unavailable', `connection error: desc = "transport: Error while dialing ${text}"`);
  return rpcError('Unavailable', text);
}

function rpcError(code: string, description: string): string {
  return `rpc error: code = ${code} desc = ${description}`;
}

interface Reply {
  readonly grpcStatus: number;
  readonly message: string;
  readonly body: Buffer;
}

async function ask(
  socket: Socket,
  { server, service, isTls }: { readonly server: string; readonly service: string; readonly isTls: boolean },
  signal: AbortSignal,
): Promise<Reply> {
  const session = connect(`${isTls ? 'https' : 'http'}://${server}`, { createConnection: () => socket });
  try {
    return await exchange(session, request(service), signal);
  } finally {
    session.destroy();
  }
}

function exchange(session: ClientHttp2Session, body: Buffer, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    session.on('error', reject);
    session.once('close', () => reject(new Error('transport is closing')));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'Consul Health Check',
    });
    stream.on('error', reject);
    collect(stream, { resolve, reject });
    stream.end(body);
  });
}

/** Enough for an answer of one number and whatever a newer server adds. */
const replyBytesMax = 4096;

function collect(
  stream: ClientHttp2Stream,
  { resolve, reject }: { resolve: (reply: Reply) => void; reject: (error: Error) => void },
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let headers: IncomingHttpHeaders = {};
  // An answer of trailers alone has the status in its headers.
  const take = (more: IncomingHttpHeaders) => {
    headers = { ...headers, ...more };
  };
  stream.on('response', take);
  stream.on('trailers', take);
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= replyBytesMax) chunks.push(chunk);
  });
  stream.once('end', () => {
    const status = headers['grpc-status'];
    const message = decodeMessage(String(headers['grpc-message'] ?? ''));
    const httpStatus = headers[':status'];
    if (status !== undefined) resolve({ grpcStatus: Number(status), message, body: Buffer.concat(chunks) });
    else if (httpStatus === undefined) reject(new Error('transport is closing'));
    else resolve({ grpcStatus: 2, message: `unexpected HTTP status code received from server: ${httpStatus}`, body: Buffer.alloc(0) });
  });
}

/** Percent-encoded UTF-8; what is not is shown as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One message: not compressed, length, field 1 of type string. */
function request(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Names of the codes by number: grpc/doc/statuscodes.md */
const codeNames = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;
const servingNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

function resultOf(address: string, { grpcStatus, message, body }: Reply): ProbeResult {
  if (grpcStatus !== 0) return { status: 'critical', output: rpcError(codeNames[grpcStatus] ?? `Code(${grpcStatus})`, message) };
  // 5 bytes of prefix, then field 1 as a number of one byte; a missing field is 0.
  const serving = body[5] === 0x08 ? (body[6] ?? 0) : 0;
  if (serving === 1) return { status: 'passing', output: `gRPC check ${address}: success` };
  return { status: 'critical', output: `gRPC ${address} serving status: ${servingNames[serving] ?? serving}` };
}
