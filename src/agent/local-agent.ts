/**
 * What this node runs, as HTTP (`/v1/agent/…`) and the daemon see it. Implemented by `src/agent/agent.ts`.
 * Changes made through it are synced to the catalog before they resolve, when a leader is there; anti-entropy does it later otherwise.
 * Refusals are MeshError with Consul's text.
 */
import type { CheckDefinition, DefinitionSource, ServiceDefinition } from '../model/definitions.js';
import type { CheckRecord, CheckStatus, ServiceRecord } from '../model/records.js';
import type { AgentSettings } from './settings.js';

export interface LocalAgent {
  /** Definitions as registered, by service id; `consul` itself is not among them. */
  services(): ReadonlyMap<string, ServiceRecord>;
  checks(): ReadonlyMap<string, CheckRecord>;
  registerService(definition: ServiceDefinition, options: RegisterOptions): Promise<void>;
  deregisterService(id: string, token: string): Promise<void>;
  registerCheck(definition: CheckDefinition, options: RegisterOptions): Promise<void>;
  deregisterCheck(id: string, token: string): Promise<void>;
  /** Rejects with `refused` for what is no TTL check here. */
  updateTtl(checkId: string, status: CheckStatus, output: string): Promise<void>;
  setServiceMaintenance(id: string, enable: boolean, reason: string, token: string): Promise<void>;
  setNodeMaintenance(enable: boolean, reason: string, token: string): Promise<void>;
  /** Hash of a service's definition, for `?hash=` blocking and `X-Consul-ContentHash`. */
  serviceHash(id: string): string;
  /** Resolves when the service's hash is no longer `hash`, after `waitMs`, or when `signal` fires. */
  serviceChanged(id: string, hash: string, waitMs: number, signal: AbortSignal): Promise<void>;
}

export interface RegisterOptions {
  readonly source: DefinitionSource;
  readonly token: string;
  /** `?replace-existing-checks`: checks of the service that are not in the definition go. */
  readonly replaceExistingChecks: boolean;
}

/** What only the daemon does with the local agent, besides handing it to HTTP. */
export interface ConfiguredAgent extends LocalAgent {
  /**
   * Takes what the files define and what was kept in the data directory, and goes to work: checks run, the catalog is brought in line.
   * Rejects with MeshError `config-invalid` before anything has been done.
   */
  start(definitions: Definitions): Promise<void>;
  /**
   * Replaces what the files defined: judged as a whole before anything changes; what is as it was goes on undisturbed, checks that stay
   * keep status and output, and what came over HTTP stays unless a file now defines the same id. `settings` takes effect along with it.
   */
  applyDefinitions(definitions: Definitions, settings?: AgentSettings): Promise<void>;
  /** A leader was found or servers have joined: compare with the catalog soon. */
  compareSoon(): void;
  /** May be called twice. Resolves when nothing runs and nothing is being written any more. */
  stop(): Promise<void>;
}

/** Services and checks as the configuration files have them. */
export interface Definitions {
  readonly services: readonly ServiceDefinition[];
  readonly checks: readonly CheckDefinition[];
}
