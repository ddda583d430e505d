/**
 * What this node runs, as HTTP (`/v1/agent/…`) and the daemon see it. Implemented by `src/agent/agent.ts`.
 * Changes made through it are synced to the catalog before they resolve, when a leader is there; anti-entropy does it later otherwise.
 * Refusals are MeshError with Consul's text.
 */
import type { CheckDefinition, DefinitionSource, ServiceDefinition } from '../model/definitions.js';
import type { CheckRecord, CheckStatus, ServiceRecord } from '../model/records.js';

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
