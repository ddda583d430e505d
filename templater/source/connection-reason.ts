/** Why an HTTP server did not answer, without the request, so that one reason for many watches is one text. */
import type { ConnectionError } from '../../src/client/errors.js';

export function connectionReason(error: ConnectionError): string {
  return error.message.replace(/^\w+ "(\w+:\/\/[^/"]+)[^"]*": /, '$1 does not answer: ');
}
