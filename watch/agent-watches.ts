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

/** @param address of the agent's HTTP interface: "127.0.0.1:8500" or "unix:///run/mesh.sock" */
export async function openAgentWatches(address: string, parts: Omit<WatchParts, 'client'>): Promise<AgentWatches> {
  const client = await openClient({ address, token: '' });
  return {
    start: (definition) => startWatch(definition, { ...parts, client }),
    close: () => client.close(),
  };
}
