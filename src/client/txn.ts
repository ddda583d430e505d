/** `/v1/txn`: several operations, all or none. */
import type { Api, RequestOptions } from './api.js';
import { object } from './decode.js';
import { parseWithFlags, unquoteFlags } from './json.js';

/** Operations in the API's own form, e.g. `{KV: {Verb: 'set', Key: 'a', Value: 'MQ=='}}`; see docs/api/txn.md. */
export type TxnRequestOperation = Readonly<Partial<Record<'KV' | 'Node' | 'Service' | 'Check', object>>>;

export interface TxnReply {
  /** One per operation that has a result, as the API shows it; empty when nothing was done. */
  readonly Results: readonly Readonly<Record<string, unknown>>[];
  /** Why nothing was done; empty when everything was. */
  readonly Errors: readonly { readonly OpIndex: number; readonly What: string }[];
}

export interface TxnClient {
  /** A refused transaction (409) is a reply with `Errors`. */
  apply(operations: readonly TxnRequestOperation[], options?: RequestOptions): Promise<TxnReply>;
}

export function txnClient(api: Api): TxnClient {
  return {
    apply: (operations, options = {}) =>
      api.write({ path: '/txn', options, body: encode(operations), accept: [200, 409], decode: decodeReply }),
  };
}

/** `Flags` may be given as digits, for they are 64 bits wide. */
function encode(operations: readonly TxnRequestOperation[]): Uint8Array {
  return Buffer.from(unquoteFlags(JSON.stringify(operations)), 'utf8');
}

function decodeReply(body: Buffer): TxnReply {
  const { Results, Errors } = object(parseWithFlags(body)) as unknown as { [K in keyof TxnReply]: TxnReply[K] | null };
  return { Results: Results ?? [], Errors: Errors ?? [] };
}
