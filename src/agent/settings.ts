/** What the agent's part of the house is told by the configuration. `dataDirectory` and `node` cannot change without a restart. */
import type { ProbeTls } from '../checks/probe.js';
import type { NodeInput } from '../model/inputs.js';

export interface AgentSettings {
  readonly node: NodeInput;
  /** '' in development mode: nothing is kept. */
  readonly dataDirectory: string;
  /** `enable_script_checks`: from files and over HTTP. */
  readonly scriptsEverywhere: boolean;
  /** `enable_local_script_checks`: from files only. */
  readonly scriptsInFiles: boolean;
  /** `check_output_max_size`. */
  readonly checkOutputBytesMax: number;
  /** `check_update_interval`: how long a mere change of output waits; 0 sends it at once. */
  readonly checkUpdateIntervalMs: number;
  /** `discard_check_output`. */
  readonly discardCheckOutput: boolean;
  /** Certificates for checks when `enable_agent_tls_for_checks` is on, null otherwise. */
  readonly agentTls: Omit<ProbeTls, 'skipVerify'> | null;
  /** `DOCKER_HOST`, '' when unset. */
  readonly dockerHost: string;
  /** `ports.sidecar_min_port` and `ports.sidecar_max_port`. */
  readonly sidecarPorts: { readonly min: number; readonly max: number };
  /** Token for what the agent does by itself (`acl.tokens.agent`, else `default`), '' for none. */
  readonly agentToken: string;
}

/** Defaults of the configuration, for tests and embedders. */
export const agentDefaults = {
  dataDirectory: '',
  scriptsEverywhere: false,
  scriptsInFiles: false,
  checkOutputBytesMax: 4096,
  checkUpdateIntervalMs: 300_000,
  discardCheckOutput: false,
  agentTls: null,
  dockerHost: '',
  sidecarPorts: { min: 21_000, max: 21_255 },
  agentToken: '',
} as const satisfies Omit<AgentSettings, 'node'>;
