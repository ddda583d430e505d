/** The watches of one agent, all asking the agent itself over one client. */
import { openClient } from '../src/client/client.js';
import type { WatchDefinition } from './plan.js';
import { type RunningWatch, startWatch } from './start.js';
import type { WatchParts } from './watch.js';

export interface AgentWatches {
  start(definition: WatchDefinition): RunningWatch;
  /** Lets go of the connections; the watches have been stopped before. */
  close(): void;
}

/** Certificate to show, for an agent that speaks HTTPS only. */
export type WatchTls = NonNullable<Parameters<typeof openClient>[0]['tls']>;

export interface WatchedAgent {
  /** "127.0.0.1:8500", "https://127.0.0.1:8501" or "unix:///run/mesh.sock" */
  readonly address: string;
  readonly tls: WatchTls;
}

export async function openAgentWatches({ address, tls }: WatchedAgent, parts: Omit<WatchParts, 'client'>): Promise<AgentWatches> {
  const client = await openClient({ address, tls, token: '' });
  return {
    start: (definition) => startWatch(definition, { ...parts, client }),
    close: () => client.close(),
  };
}
