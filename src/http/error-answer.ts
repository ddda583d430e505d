/** The one place that turns errors into answers. */
import { errorTable, MeshError } from '../model/errors.js';
import { sendText } from './answer.js';
import type { Call } from './call.js';

/** Nobody is there to read an answer: the connection broke while the request was read or waited. */
export class ClientGone extends Error {
  override name = 'ClientGone';
}

export function answerError(call: Call, error: unknown) {
  if (error instanceof ClientGone || call.response.destroyed) return;
  if (error instanceof MeshError) return sendText(call, errorTable[error.code].httpStatus, error.message, call.errorHeaders);
  const { method, url } = call.request;
  const path = url?.replace(/\?.*/s, '');
  call.context.logger.log('error', 'request failed', { method, path, error: error instanceof Error ? error.stack : error });
  sendText(call, 500, 'internal error; the log of the agent has the details');
}
