/** Failures of the agent or on the way to it, told apart from mistakes of our own. */
import { AnswerError, ConnectionError, ResponseError } from '../../src/client/errors.js';
import { DecodeError } from '../../src/model/decode.js';

export type ClientFailure = ConnectionError | ResponseError | AnswerError | DecodeError;

export function isClientFailure(error: unknown): error is ClientFailure {
  return error instanceof ConnectionError || error instanceof ResponseError || error instanceof AnswerError || error instanceof DecodeError;
}

/** Without the request: "http://127.0.0.1:8500 does not answer: dial tcp …". */
export function failureText(error: ClientFailure): string {
  if (!(error instanceof ConnectionError)) return error.message.trim();
  return error.message.replace(/^\w+ "(\w+:\/\/[^/"]+)[^"]*": /, '$1 does not answer: ');
}
