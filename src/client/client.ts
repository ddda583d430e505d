/**
 * The whole client, for programs that stay: watches and the templater. Short commands take only the nouns they need (open.ts).
 *
 * @example
 * const client = await openClient({ address: '127.0.0.1:8500', token: '' });
 * const { value } = await client.health.service('web', { passing: true });
 */
import { type AgentClient, agentClient } from './agent.js';
import { type CatalogClient, catalogClient } from './catalog.js';
import { type ConnectCaClient, connectCaClient } from './connect-ca.js';
import { type EventClient, eventClient } from './event.js';
import { type HealthClient, healthClient } from './health.js';
import { type KvClient, kvClient } from './kv.js';
import { type ClientOptions, openApi } from './open.js';
import { type SessionClient, sessionClient } from './session.js';
import { type StatusClient, statusClient } from './status.js';
import { type TxnClient, txnClient } from './txn.js';

export interface Client {
  readonly agent: AgentClient;
  readonly catalog: CatalogClient;
  readonly connectCa: ConnectCaClient;
  readonly event: EventClient;
  readonly health: HealthClient;
  readonly kv: KvClient;
  readonly session: SessionClient;
  readonly status: StatusClient;
  readonly txn: TxnClient;
  /** Ends requests under way and lets go of connections. May be called twice. */
  close(): void;
}

/** @throws ClientOptionError; nothing is sent yet */
export async function openClient(options: ClientOptions): Promise<Client> {
  const api = await openApi(options);
  return {
    agent: agentClient(api),
    catalog: catalogClient(api),
    connectCa: connectCaClient(api),
    event: eventClient(api),
    health: healthClient(api),
    kv: kvClient(api),
    session: sessionClient(api),
    status: statusClient(api),
    txn: txnClient(api),
    close: () => api.close(),
  };
}
