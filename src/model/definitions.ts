/** Services and checks as a user defines them (a file or an HTTP body), decoded: durations in milliseconds, defaults filled in. */
import type { CheckStatus, ServiceAddress, ServiceKind } from './records.js';

export interface CheckDefinition {
  /** '' until the agent gives it one. */
  readonly CheckID: string;
  readonly Name: string;
  readonly Notes: string;
  readonly ServiceID: string;
  readonly Token: string;
  /** '' means critical. */
  readonly Status: CheckStatus | '';
  readonly Args: readonly string[];
  readonly HTTP: string;
  readonly Header: Readonly<Record<string, readonly string[]>>;
  readonly Method: string;
  readonly Body: string;
  readonly DisableRedirects: boolean;
  readonly TCP: string;
  readonly GRPC: string;
  readonly GRPCUseTLS: boolean;
  readonly H2PING: string;
  readonly DockerContainerID: string;
  readonly Shell: string;
  readonly AliasNode: string;
  readonly AliasService: string;
  readonly TLSServerName: string;
  readonly TLSSkipVerify: boolean;
  /** Milliseconds; 0 when not given. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly ttlMs: number;
  readonly deregisterCriticalServiceAfterMs: number;
  readonly SuccessBeforePassing: number;
  readonly FailuresBeforeCritical: number;
  /** Bytes; 0 when not given. */
  readonly OutputMaxSize: number;
}

export interface ServiceDefinition {
  readonly Kind: ServiceKind;
  /** The name when none was given. */
  readonly ID: string;
  readonly Name: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, ServiceAddress>> | null;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly Port: number;
  readonly SocketPath: string;
  readonly Weights: { readonly Passing: number; readonly Warning: number };
  readonly Token: string;
  readonly EnableTagOverride: boolean;
  readonly Proxy: Readonly<Record<string, unknown>>;
  /** `{}` or `{ Native: true }`. */
  readonly Connect: Readonly<Record<string, unknown>>;
  /** `connect.sidecar_service`: a proxy that is registered beside this service and goes with it. What it leaves open is filled in by the agent. */
  readonly sidecar: ServiceDefinition | null;
  readonly Checks: readonly CheckDefinition[];
}

/** Where a definition came from; files win over kept ones, and only files may hold scripts when `enable_local_script_checks` is the setting. */
export type DefinitionSource = 'file' | 'api';
