/** What an agent is built from, and what is left to do with it once it runs. */
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Clock } from '../lib/clock.js';
import type { Random } from '../lib/random.js';
import type { AgentLog } from './log.js';

export interface AgentParts {
  readonly config: RuntimeConfig;
  /** Reads the configuration anew, from the same flags. */
  readonly load: () => RuntimeConfig;
  readonly log: AgentLog;
  readonly nodeId: string;
  /** `DOCKER_HOST`, '' when unset. */
  readonly dockerHost: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RunningAgent {
  /** Takes over what has changed in the files. Rejects with MeshError and keeps what was in force. */
  reload(): Promise<void>;
  /** Says goodbye; `stop` comes after it. */
  leave(): Promise<void>;
  /** Resolves when somebody has made the agent leave. */
  readonly whenLeft: Promise<void>;
  /** Resolves when nothing is left running. May be called twice. */
  stop(): Promise<void>;
}
