/** Reading request bodies: whole, with a limit that is applied to Content-Length before anything is read and to chunks while they come. */
import type { IncomingMessage } from 'node:http';
import { decodedOrRefused } from '../model/decode/check-definition.js';
import { decodeJson } from '../model/decode/json.js';
import type { Decoder } from '../model/decode.js';
import { MeshError } from '../model/errors.js';
import { requestLimits } from '../model/limits.js';
import type { Call } from './call.js';
import { ClientGone } from './error-answer.js';
import { stopReading } from './unread.js';

export interface BodyLimit {
  readonly bytesMax: number;
  /** The setting to raise, as the refusal names it. */
  readonly setting: string;
}

const standardLimit: BodyLimit = { bytesMax: requestLimits.bodyBytesMax, setting: '' };

/** What is refused is not read any further. @throws MeshError `body-too-large`, `request-timeout`; ClientGone */
export function readBody(call: Call, limit: BodyLimit = standardLimit): Promise<Buffer> {
  const { request, response } = call;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit.bytesMax) {
    stopReading(request, response);
    throw tooLarge(declared, limit);
  }
  if (call.mustContinue) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const ignorePauses = onPause(request, () => {
      stop();
      stopReading(request, response);
      reject(new MeshError('request-timeout', 'the body of the request did not come in time'));
    });
    const stop = () => {
      ignorePauses();
      request.removeListener('data', onData).removeListener('end', onEnd).removeListener('close', onClose).removeListener('error', onClose);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= limit.bytesMax) return;
      stop();
      stopReading(request, response);
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

/** Calls `paused` when nothing of a body has come for long. @returns ends the watch */
export function onPause(request: IncomingMessage, paused: () => void): () => void {
  request.socket.setTimeout(requestLimits.idleBodyMs);
  request.once('timeout', paused);
  return () => {
    request.socket.setTimeout(0);
    request.removeListener('timeout', paused);
  };
}
