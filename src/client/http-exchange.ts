/** A request on its way over a connection, and how it ends when the connection does. */
import { ConnectionError } from './errors.js';
import type { AnswerReader } from './http-answer.js';
import type { Request, Response } from './transport.js';

/** It was kept from a request before, or had others to answer first, and was closed: nothing of this request was answered. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

export interface Exchange {
  readonly request: Request;
  readonly reader: AnswerReader;
  readonly isReused: boolean;
  hasBegun: boolean;
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

/** @param own what is wrong with its own answer @param error what is wrong with the connection */
export function reasonOf({ request, isReused, hasBegun }: Exchange, own: unknown, error: unknown): unknown {
  if (request.signal?.aborted) return request.signal.reason;
  if (own === undefined ? isNeverOpened(error) : hasBegun || !isReused || !isLost(own)) return error;
  return new StaleConnection('the kept connection was closed by the agent', { cause: error ?? new ConnectionError('EOF') });
}

function isNeverOpened(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

function isLost(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.message === 'EOF';
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
