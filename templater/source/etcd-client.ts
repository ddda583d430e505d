/**
 * Reads and watches of an etcd cluster over gRPC. One endpoint is asked at a time; when it does not answer, the next question goes to the
 * next one. With a user name a token is fetched first, and again when the server no longer knows it.
 */
import type { Clock } from '../../src/lib/clock.js';
import { GrpcChannel, GrpcConnectionError, GrpcError } from '../../src/lib/grpc-client.js';
import { ProtobufError } from '../../src/lib/protobuf.js';
import {
  authenticateAnswer,
  authenticateRequest,
  type EtcdKey,
  type EtcdRange,
  rangeAnswer,
  rangeRequest,
  type WatchAnswer,
  watchAnswer,
  watchRequest,
} from './etcd-messages.js';
import type { EtcdSettings } from './settings.js';
import { SourceError } from './source.js';
import { TurningList } from './turning-list.js';

export interface EtcdClient {
  /** Everything in the range, of one revision. @throws SourceError */
  read(range: EtcdRange, signal: AbortSignal): Promise<{ readonly keys: readonly EtcdKey[]; readonly revision: number }>;
  /** What happened in the range since a revision. @throws SourceError also when the server ends it */
  watch(range: EtcdRange, since: { readonly revision: number; readonly signal: AbortSignal }): AsyncGenerator<WatchAnswer, void, void>;
  close(): void;
}

interface Endpoint {
  readonly origin: string;
  readonly channel: GrpcChannel;
  /** '' until the user is logged in here. */
  token: string;
}

const askTimeoutMs = 10_000;
/** Keys in one answer: a few megabytes at most for values as they are usual. */
const pageKeys = 2_000;
/** etcd's codes for a token that is no longer good. */
const unauthenticated = 16;

export type EtcdConnection = Pick<EtcdSettings, 'addresses' | 'username' | 'password'>;

export function openEtcdClient(
  { addresses, username, password }: EtcdConnection,
  { tls, clock }: { readonly tls: ConstructorParameters<typeof GrpcChannel>[0]['tls']; readonly clock: Clock },
): EtcdClient {
  const endpoints = new TurningList<Endpoint>(
    addresses.map((origin) => ({ origin, channel: new GrpcChannel({ origin, tls, clock }), token: '' })),
  );
  const metadata = async (endpoint: Endpoint, signal: AbortSignal): Promise<Record<string, string>> => {
    // A member that has lost the others says so instead of telling nothing, or old news.
    const alone = { hasleader: 'true' };
    if (username === '') return alone;
    if (endpoint.token === '') {
      const call = {
        path: '/etcdserverpb.Auth/Authenticate',
        metadata: alone,
        messages: [authenticateRequest({ username, password })],
        signal,
      };
      endpoint.token = authenticateAnswer(await endpoint.channel.ask(call, { timeoutMs: askTimeoutMs }));
    }
    return { ...alone, token: endpoint.token };
  };
  const ask = async (endpoint: Endpoint, message: Buffer, signal: AbortSignal): Promise<Buffer> => {
    const path = '/etcdserverpb.KV/Range';
    return endpoint.channel.ask(
      { path, metadata: await metadata(endpoint, signal), messages: [message], signal },
      { timeoutMs: askTimeoutMs },
    );
  };
  const failed = (error: unknown, endpoint: Endpoint): unknown => {
    if (error instanceof GrpcError && error.code === unauthenticated) endpoint.token = '';
    else if (error instanceof GrpcConnectionError || error instanceof GrpcError) endpoints.leave(endpoint);
    return explained(error, endpoint.origin);
  };
  return {
    async read(range, signal) {
      const endpoint = endpoints.current;
      try {
        return await readPages(range, async (page) => rangeAnswer(await ask(endpoint, page, signal)));
      } catch (error) {
        throw failed(error, endpoint);
      }
    },
    async *watch(range, { revision, signal }) {
      const endpoint = endpoints.current;
      try {
        const messages = [watchRequest(range, { revision })];
        const call = { path: '/etcdserverpb.Watch/Watch', metadata: await metadata(endpoint, signal), messages, signal };
        for await (const message of endpoint.channel.open(call, { staysOpen: true })) yield watchAnswer(message);
      } catch (error) {
        throw failed(error, endpoint);
      }
      throw new SourceError(`etcd at ${endpoint.origin} ended the watch`);
    },
    close: () => {
      for (const { channel } of endpoints.all) channel.close();
    },
  };
}

type ReadPage = (request: Buffer) => Promise<ReturnType<typeof rangeAnswer>>;

/** The pages after the first one are of its revision, so that the whole is one moment. */
async function readPages(range: EtcdRange, readPage: ReadPage): Promise<{ keys: readonly EtcdKey[]; revision: number }> {
  const keys: EtcdKey[] = [];
  let [revision, start, hasMore] = [0, range.start, true];
  while (hasMore) {
    const page = await readPage(rangeRequest({ start, end: range.end }, { limit: pageKeys, revision }));
    for (const key of page.keys) keys.push(key);
    if (revision === 0) revision = page.revision;
    const last = page.keys.at(-1);
    hasMore = page.hasMore && last !== undefined;
    if (last !== undefined) start = Buffer.concat([Buffer.from(last.key, 'latin1'), Buffer.of(0)]);
  }
  return { keys, revision };
}

/** In words without the question, so that one reason for many watches is one text. Anything else stays what it is. */
function explained(error: unknown, origin: string): unknown {
  if (error instanceof GrpcConnectionError) return new SourceError(`etcd at ${origin} does not answer: ${error.message}`, { cause: error });
  if (error instanceof GrpcError) return new SourceError(`etcd at ${origin}: ${error.message}`, { cause: error });
  if (error instanceof ProtobufError)
    return new SourceError(`etcd at ${origin}: the answer cannot be read: ${error.message}`, { cause: error });
  return error;
}
