/**
 * What one request may take: the one table. Settings of the configuration (values of keys, transactions, connections) are not here, they
 * are in http-settings.ts. docs/api/README.md shows both; a test holds it to this.
 */
export interface RequestLimits {
  /** Path and query together; one more byte is a 414. */
  readonly targetBytesMax: number;
  /** All header lines together; beyond is a 431. */
  readonly headerBytesMax: number;
  /** Bodies without a limit of their own; beyond is a 413. */
  readonly bodyBytesMax: number;
  /** Lists and objects inside each other; deeper is a 400. */
  readonly jsonDepthMax: number;
  readonly filterBytesMax: number;
  readonly filterDepthMax: number;
  /** From the first byte (or the opening of the connection) to the end of the headers. */
  readonly headersMs: number;
  /** How long a body may pause. */
  readonly idleBodyMs: number;
  /** The whole of a request, however steadily it comes: an archive to restore may take a while. Waiting for an answer is not part of it. */
  readonly requestMs: number;
  /** How long a connection stays half open after a refusal, unread, so that the client gets to see why. */
  readonly lingerMs: number;
}

export const requestLimits: RequestLimits = {
  targetBytesMax: 8 * 1024,
  headerBytesMax: 16 * 1024,
  bodyBytesMax: 512 * 1024,
  jsonDepthMax: 64,
  filterBytesMax: 8 * 1024,
  filterDepthMax: 64,
  headersMs: 10_000,
  idleBodyMs: 30_000,
  requestMs: 1_800_000,
  lingerMs: 1_000,
};
