/** The one place that turns errors into answers. */
import { errorTable, MeshError } from '../model/errors.js';
import { noSniff, sendText, write } from './answer.js';
import type { Call, Incoming } from './call.js';
import type { HttpContext } from './context.js';

/** Nobody is there to read an answer: the connection broke while the request was read or waited. */
export class ClientGone extends Error {
  override name = 'ClientGone';
}

export function answerError(call: Call, error: unknown) {
  if (error instanceof ClientGone || call.response.destroyed) return;
  if (error instanceof MeshError) return sendText(call, errorTable[error.code].httpStatus, error.message, call.errorHeaders);
  answerFailure(call.context, call, error);
}

/** What nobody foresaw: the log has it, the client hears nothing of the inside. The query is left out, it may hold a token. */
export function answerFailure(
  { logger }: HttpContext,
  { request, response }: Pick<Incoming, 'request' | 'response'>,
  error: unknown,
): void {
  const { method, url } = request;
  const path = url?.replace(/\?.*/s, '');
  logger.log('error', 'request failed', { method, path, error: error instanceof Error ? error.stack : error });
  const text = 'internal error; the log of the agent has the details';
  write(response, 500, ['Content-Type', 'text/plain; charset=utf-8', ...noSniff, 'Content-Length', String(text.length)], text);
}
