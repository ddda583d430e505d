/** Reads and watches of an etcd cluster over gRPC. One endpoint is asked at a time; when it does not answer, the next question goes to the next one. */
import type { Clock } from '../../src/lib/clock.js';
import { GrpcConnectionError, GrpcError } from '../../src/lib/grpc-client.js';
import { ProtobufError } from '../../src/lib/protobuf.js';
import { EtcdEndpoint, type EtcdEndpointOptions, isOutdatedToken } from './etcd-endpoint.js';
import { type EtcdKey, type EtcdRange, rangeAnswer, rangeRequest, type WatchAnswer, watchAnswer, watchRequest } from './etcd-messages.js';
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

/** Keys in one answer: a few megabytes at most for values as they are usual. */
const pageKeys = 2_000;

export type EtcdConnection = Pick<EtcdSettings, 'addresses' | 'username' | 'password'>;

export function openEtcdClient(
  { addresses, username, password }: EtcdConnection,
  { tls, clock }: { readonly tls: EtcdEndpointOptions['tls']; readonly clock: Clock },
): EtcdClient {
  const endpoints = new TurningList(addresses.map((origin) => new EtcdEndpoint({ origin, username, password, tls, clock })));
  const failed = (error: unknown, endpoint: EtcdEndpoint): unknown => {
    if (isOutdatedToken(error)) endpoint.forgetToken();
    else if (error instanceof GrpcConnectionError || error instanceof GrpcError) endpoints.leave(endpoint);
    return explained(error, endpoint.shown);
  };
  return {
    async read(range, signal) {
      const endpoint = endpoints.current;
      try {
        return await readPages(range, async (message) => rangeAnswer(await endpoint.ask({ name: 'KV/Range', message, signal })));
      } catch (error) {
        throw failed(error, endpoint);
      }
    },
    async *watch(range, { revision, signal }) {
      const endpoint = endpoints.current;
      try {
        const message = watchRequest(range, { revision });
        for await (const answer of endpoint.open({ name: 'Watch/Watch', message, signal })) yield watchAnswer(answer);
      } catch (error) {
        throw failed(error, endpoint);
      }
      throw new SourceError(`etcd at ${endpoint.shown} ended the watch`);
    },
    close: () => {
      for (const endpoint of endpoints.all) endpoint.close();
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
function explained(error: unknown, shown: string): unknown {
  if (error instanceof GrpcConnectionError) return new SourceError(`etcd at ${shown} does not answer: ${error.message}`, { cause: error });
  if (error instanceof GrpcError) return new SourceError(`etcd at ${shown}: ${error.message}`, { cause: error });
  if (error instanceof ProtobufError)
    return new SourceError(`etcd at ${shown}: the answer cannot be read: ${error.message}`, { cause: error });
  return error;
}
