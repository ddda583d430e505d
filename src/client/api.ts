/**
 * Requests as the nouns of the API (kv.ts, health.ts, …) make them: defaults filled in, statuses checked, bodies decoded.
 * Works against mesh and against Consul.
 */
import { ResponseError } from './errors.js';
import type { Request, Response, Transport } from './transport.js';
import type { Parameters } from './url.js';

/** What every request may carry. A value left out is the client's own; '' is the agent's. */
export interface RequestOptions {
  readonly datacenter?: string;
  /** Secret of the ACL token. */
  readonly token?: string;
  /** Other editions' namespaces; mesh refuses any. */
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends RequestOptions {
  readonly consistency?: 'default' | 'consistent' | 'stale';
  /** Block until the data's index is above this; 0 or nothing answers at once. Digits where a number would lose some (events). */
  readonly index?: number | string;
  /** How long to block; 0 or nothing is the server's 5 minutes. */
  readonly waitMs?: number;
}

export interface Reply<T> {
  readonly value: T;
  /** 0 when the answer carries none. */
  readonly index: number;
  /** The same, digit for digit: the index of events is a 64-bit hash. '0' when there is none. */
  readonly indexText: string;
  readonly knownLeader: boolean;
  /** Since the answering server heard of the leader. */
  readonly lastContactMs: number;
}

export interface ReadRequest<T> {
  /** After "/v1", escaped: "/kv/a/b". */
  readonly path: string;
  readonly parameters?: Parameters;
  readonly options?: ReadOptions;
  readonly decode: (body: Buffer) => T;
  /** The value that a 404 stands for; without one a 404 is an error. */
  readonly absent?: () => T;
}

export interface WriteRequest<T> {
  readonly method?: 'PUT' | 'DELETE';
  readonly path: string;
  readonly parameters?: Parameters;
  readonly options?: RequestOptions;
  readonly body?: Uint8Array;
  readonly decode: (body: Buffer) => T;
  /** Statuses whose body is an answer, 200 when left out. */
  readonly accept?: readonly number[];
}

export interface Api {
  /** @throws ResponseError, ConnectionError, AnswerError */
  read<T>(request: ReadRequest<T>): Promise<Reply<T>>;
  /** @throws ResponseError, ConnectionError, AnswerError */
  write<T>(request: WriteRequest<T>): Promise<T>;
  close(): void;
}

export interface ApiDefaults {
  readonly datacenter?: string;
  readonly token?: string;
  readonly namespace?: string;
  readonly consistency?: 'default' | 'consistent' | 'stale';
  /** "user" or "user:password" for basic authentication. */
  readonly basicAuth?: string;
}

/** A blocking query waits up to ten minutes and a sixteenth; an agent silent for half a minute more is gone. */
const silenceMsMax = 637_500 + 30_000;

export function createApi(transport: Transport, defaults: ApiDefaults = {}): Api {
  const send = async (
    request: Pick<Request, 'method' | 'path' | 'body' | 'isPrompt'>,
    parameters: Parameters,
    options: RequestOptions,
  ): Promise<Response> =>
    transport.send({
      ...request,
      path: `/v1${request.path}`,
      parameters: [...parameters, ...common(options, defaults)],
      headers: headersOf(options, defaults),
      silenceMsMax,
      signal: options.signal,
    });
  return {
    async read({ path, parameters = [], options = {}, decode, absent }) {
      const request = { method: 'GET', path, body: undefined, isPrompt: isPrompt(options, defaults) } as const;
      const asked = [...parameters, ...reading(options, defaults)];
      const first = await send(request, asked, options);
      const cleaned = cleanedPath(first);
      const response = cleaned === undefined ? first : await send({ ...request, path: cleaned }, asked, options);
      if (response.status === 404 && absent) return replyOf(response, absent());
      requireStatus(response, [200]);
      return replyOf(response, decode(response.body));
    },
    async write({ method = 'PUT', path, parameters = [], options = {}, body, decode, accept = [200] }) {
      const response = await send({ method, path, body }, parameters, options);
      requireStatus(response, accept);
      return decode(response.body);
    },
    close: () => transport.close(),
  };
}

function common(options: RequestOptions, defaults: ApiDefaults): Parameters {
  const datacenter = options.datacenter ?? defaults.datacenter ?? '';
  const namespace = options.namespace ?? defaults.namespace ?? '';
  return [...(datacenter ? [['dc', datacenter] as const] : []), ...(namespace ? [['ns', namespace] as const] : [])];
}

function reading({ consistency, index = 0, waitMs = 0 }: ReadOptions, defaults: ApiDefaults): Parameters {
  const mode = consistency ?? defaults.consistency ?? 'default';
  const isBlocking = blocks(index);
  return [
    ...(mode === 'default' ? [] : [[mode, ''] as const]),
    ...(isBlocking ? [['index', `${index}`] as const] : []),
    ...(isBlocking && waitMs > 0 ? [['wait', `${waitMs}ms`] as const] : []),
  ];
}

function blocks(index: number | string): boolean {
  return index !== 0 && index !== '0';
}

/** An agent may take its time over what it has to ask another datacenter. */
function isPrompt({ index = 0, datacenter }: ReadOptions, defaults: ApiDefaults): boolean {
  return !blocks(index) && (datacenter ?? defaults.datacenter ?? '') === '';
}

function headersOf(options: RequestOptions, defaults: ApiDefaults): Record<string, string> {
  const token = options.token ?? defaults.token ?? '';
  return {
    ...(token ? { 'X-Consul-Token': token } : {}),
    ...(defaults.basicAuth ? { Authorization: `Basic ${Buffer.from(defaults.basicAuth, 'utf8').toString('base64')}` } : {}),
  };
}

/**
 * An agent sends paths that are not clean ("/v1/kv/a//b", "/v1/kv/a/./b") to those that are, as Go's servers do, and Go's clients go there.
 *
 * @returns the path after "/v1"; undefined for any other answer, also for one that leads to another server
 */
function cleanedPath(response: Response): string | undefined {
  const [, path] = /^\/v1(\/[^?#]*)/.exec(header(response, 'location') ?? '') ?? [];
  return response.status === 301 || response.status === 307 || response.status === 308 ? path : undefined;
}

function requireStatus(response: Response, accepted: readonly number[]): void {
  if (accepted.includes(response.status)) return;
  const seconds = Number(header(response, 'retry-after'));
  const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
  const location = header(response, 'location');
  const isElsewhere = response.status >= 300 && response.status < 400 && location !== undefined;
  // What stands in such a body is a link for people.
  const body = isElsewhere ? `leads to ${location}, where nobody is asked` : response.body.toString('utf8');
  throw new ResponseError({ status: response.status, body, retryAfterMs });
}

function replyOf<T>(response: Response, value: T): Reply<T> {
  const indexText = /^\d+$/.exec(header(response, 'x-consul-index') ?? '')?.[0] ?? '0';
  return {
    value,
    index: Number(indexText),
    indexText,
    knownLeader: header(response, 'x-consul-knownleader') === 'true',
    lastContactMs: Number(header(response, 'x-consul-lastcontact')) || 0,
  };
}

function header({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
