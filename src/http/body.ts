/** Reading request bodies: whole, with a limit that is applied to Content-Length before anything is read and to chunks while they come. */
import type { IncomingMessage } from 'node:http';
import { decodedOrRefused } from '../model/decode/check-definition.js';
import { decodeJson } from '../model/decode/json.js';
import type { Decoder } from '../model/decode.js';
import { MeshError } from '../model/errors.js';
import type { Call } from './call.js';
import { ClientGone } from './error-answer.js';

/** For bodies that have no limit of their own. */
const bodyBytesMax = 4 * 1024 * 1024;
/** How much of a refused body is read and thrown away, so that the client gets to see the refusal, before the connection is cut. */
const discardBytesMax = 8 * 1024 * 1024;

export interface BodyLimit {
  readonly bytesMax: number;
  /** The setting to raise, as the refusal names it. */
  readonly setting: string;
}

/** @throws MeshError `body-too-large`; ClientGone */
export function readBody(call: Call, limit: BodyLimit = { bytesMax: bodyBytesMax, setting: '' }): Promise<Buffer> {
  const { request, response } = call;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit.bytesMax) {
    if (!call.mustContinue) discard(request);
    throw tooLarge(declared, limit);
  }
  if (call.mustContinue) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = () => {
      request.removeListener('data', onData).removeListener('end', onEnd).removeListener('close', onClose).removeListener('error', onClose);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= limit.bytesMax) return;
      stop();
      discard(request);
      reject(tooLarge(bytes, limit));
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
    };
    const onClose = () => {
      stop();
      reject(new ClientGone());
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** @throws MeshError `bad-request` "Request decode failed: …" */
export async function readJson<T>(call: Call, decoder: Decoder<T>): Promise<T> {
  const body = await readBody(call);
  return decodedOrRefused(() => decodeJson(decoder, body));
}

function tooLarge(bytes: number, { bytesMax, setting }: BodyLimit): MeshError {
  const place = setting === '' ? '' : ` See https://www.consul.io/docs/agent/options.html#${setting}.`;
  return new MeshError('body-too-large', `Request body(${bytes} bytes) too large, max size: ${bytesMax} bytes.${place}`);
}

/** Reads what a refusal has left unread, up to a limit. */
export function discard(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > discardBytesMax) request.destroy();
  });
  request.on('error', () => {}); // what is thrown away may break off
}
