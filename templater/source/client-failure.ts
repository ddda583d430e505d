/** Failures of the agent or on the way to it, told apart from mistakes of our own. */
import { AnswerError, ConnectionError, ResponseError } from '../../src/client/errors.js';
import { DecodeError } from '../../src/model/decode.js';
import { connectionReason } from './connection-reason.js';

export type ClientFailure = ConnectionError | ResponseError | AnswerError | DecodeError;

export function isClientFailure(error: unknown): error is ClientFailure {
  return error instanceof ConnectionError || error instanceof ResponseError || error instanceof AnswerError || error instanceof DecodeError;
}

/** One reason for many questions is one text. */
export function failureText(error: ClientFailure): string {
  return error instanceof ConnectionError ? connectionReason(error) : ownFailureText(error);
}

/** Of one question: it is named. A proxy's page is told by its beginning. */
export function ownFailureText(error: ClientFailure): string {
  if (!(error instanceof ResponseError)) return error.message.trim();
  const words = error.body.replace(/\s+/g, ' ').trim();
  return `${error.withoutBody} (${words.length > bodyShownMost ? `${words.slice(0, bodyShownMost)}…` : words})`;
}

const bodyShownMost = 200;
