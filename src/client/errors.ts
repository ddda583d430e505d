/** How a request can fail. The texts are those of Consul's Go client, because scripts and people compare them. */

/** The agent answered, and not with success. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly status: number;
  readonly body: string;
  /** What `Retry-After` asks for, in milliseconds; undefined when it is absent. */
  readonly retryAfterMs: number | undefined;

  constructor(answer: { readonly status: number; readonly body: string; readonly retryAfterMs?: number | undefined }) {
    super(`Unexpected response code: ${answer.status} (${answer.body})`);
    this.status = answer.status;
    this.body = answer.body;
    this.retryAfterMs = answer.retryAfterMs;
  }

  /** Without the body, as Consul's `kv get` prints it. */
  get withoutBody(): string {
    return `Unexpected response code: ${this.status}`;
  }
}

/** No answer: nobody listens, the connection broke, or it took too long. `cause` is the system's error. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The answer is not what the API promises. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** The options of a client cannot work: a scheme nobody knows, a file that is not there. */
export class ClientOptionError extends Error {
  override readonly name = 'ClientOptionError';
}
