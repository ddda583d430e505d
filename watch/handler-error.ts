/** A handler that did not do its work; the texts of programs are Consul's. */
export class HandlerError extends Error {
  override readonly name = 'HandlerError';
}
