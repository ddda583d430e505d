/** What carries requests to an agent. The real one is http-transport.ts; tests put their own in its place. */
import type { Parameters } from './url.js';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'POST';
  /** Begins with "/v1/"; already escaped. */
  readonly path: string;
  readonly parameters: Parameters;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** No byte for so long means that the other side is gone. */
  readonly silenceMsMax: number;
  readonly signal: AbortSignal | undefined;
  /** Is answered at once, so others may follow it on the same connection before it is. */
  readonly isPrompt?: boolean;
}

export interface Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface Transport {
  /** Any status is an answer. Rejects with ConnectionError without one, and with `signal.reason` when the signal fires. */
  send(request: Request): Promise<Response>;
  /** Lets go of kept connections; requests under way are ended. May be called twice. */
  close(): void;
}
