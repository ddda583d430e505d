/** Requests of commands: what went wrong becomes the one line that Consul's command prints. */
import { ConnectionError, ResponseError } from '../client/errors.js';
import { CommandFailure } from './command.js';

/** Gives the answer on; a failed request ends the command with `${prefix}: ${text}`. */
export async function orFail<T>(
  prefix: string,
  request: Promise<T>,
  textOf: (error: Error) => string = (error) => error.message,
): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ResponseError || error instanceof ConnectionError)
      throw new CommandFailure(`${prefix}: ${textOf(error)}`, { cause: error });
    throw error;
  }
}

/** Consul shows only the status of a failed read of keys, and the body of everything else. */
export function statusOnly(error: Error): string {
  return error instanceof ResponseError ? error.withoutBody : error.message;
}
