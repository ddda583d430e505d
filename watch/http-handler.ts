/** The HTTP handler: the data is sent to a URL, the index in a header. Anything but a 2xx status is a failure. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Deadline } from '../src/lib/deadline.js';
import { encodeChange } from './encode.js';
import { HandlerError } from './handler-error.js';
import type { WatchHandler } from './plan.js';
import type { WatchChange } from './watch.js';

/** How much of the answer is shown when it is a failure. */
const shownBytesMax = 4096;

/** @throws HandlerError */
export async function sendChange(
  handler: Extract<WatchHandler, { kind: 'http' }>,
  change: WatchChange,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(`${encodeChange(change.data)}\n`, 'utf8');
  const deadline = new Deadline(handler.timeoutMs, signal);
  try {
    const { status, text } = await exchange(handler, { body, index: change.index, signal: deadline.signal });
    if (status < 200 || status > 299) throw new HandlerError(`HTTP handler answered ${status}: ${text}`);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HandlerError) throw error;
    const why = deadline.passed ? `no answer within ${handler.timeoutMs} ms` : error instanceof Error ? error.message : String(error);
    throw new HandlerError(`Error calling HTTP handler "${handler.url}": ${why}`, { cause: error });
  } finally {
    deadline.clear();
  }
}

interface Sent {
  readonly body: Buffer;
  readonly index: string;
  readonly signal: AbortSignal;
}

function exchange({ url, method, headers, skipTlsVerify }: Extract<WatchHandler, { kind: 'http' }>, { body, index, signal }: Sent) {
  const isTls = url.toLowerCase().startsWith('https:');
  const options = {
    method,
    signal,
    agent: false,
    headers: { 'Content-Type': 'application/json', 'X-Consul-Index': index, 'Content-Length': body.length, ...listsOf(headers) },
    ...(isTls && skipTlsVerify ? { rejectUnauthorized: false } : {}),
  };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = (isTls ? httpsRequest : httpRequest)(url, options, (message) => shown(message).then(resolve, reject));
    sent.once('error', reject);
    sent.end(body);
  });
}

async function shown(message: IncomingMessage): Promise<{ status: number; text: string }> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    if (length < shownBytesMax) kept.push(chunk);
    length += chunk.length;
  }
  return { status: message.statusCode ?? 0, text: Buffer.concat(kept).subarray(0, shownBytesMax).toString('utf8') };
}

function listsOf(headers: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]]));
}
