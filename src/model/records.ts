/**
 * What the store holds. Fields are spelled as the HTTP API spells them; every record is plain JSON data, frozen by convention:
 * a change makes a new object, so identity tells whether anything changed and encoded forms can be kept per object.
 * CreateIndex and ModifyIndex are storage revisions.
 */
import type { KvKey } from './kv-key.js';

export type CheckStatus = 'passing' | 'warning' | 'critical';
export type ServiceKind = '' | 'connect-proxy' | 'mesh-gateway' | 'terminating-gateway' | 'ingress-gateway';

export interface Indexes {
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

/** A key with its value and, when held, its lock. */
export interface KvEntry extends Indexes {
  readonly Key: KvKey;
  /** Unsigned 64-bit, as decimal digits: numbers lose digits beyond 2^53. */
  readonly Flags: string;
  /** Base64, as the API shows it; '' is a key without a value. */
  readonly Value: string;
  /** How often the key went from free to held. */
  readonly LockIndex: number;
  /** The session that holds the key, '' when free. */
  readonly Session: string;
}

export interface NodeRecord extends Indexes {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>> | null;
  readonly Meta: Readonly<Record<string, string>> | null;
}

export interface ServiceAddress {
  readonly Address: string;
  readonly Port: number;
}

export interface ServiceRecord extends Indexes {
  readonly Node: string;
  readonly Kind: ServiceKind;
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly TaggedAddresses: Readonly<Record<string, ServiceAddress>> | null;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly Port: number;
  readonly SocketPath: string;
  readonly Weights: { readonly Passing: number; readonly Warning: number };
  readonly EnableTagOverride: boolean;
  /** As registered (`Mode`, `MeshGateway`, `Expose`, upstreams …), already normalised by the decoder. */
  readonly Proxy: Readonly<Record<string, unknown>>;
  readonly Connect: Readonly<Record<string, unknown>>;
}

export interface CheckRecord extends Indexes {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: CheckStatus | string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[];
  readonly Type: string;
  readonly Interval: string;
  readonly Timeout: string;
  readonly ExposedPort: number;
  readonly Definition: Readonly<Record<string, unknown>>;
}

export interface SessionRecord extends Indexes {
  readonly ID: string;
  readonly Name: string;
  readonly Node: string;
  /** Nanoseconds, as the API shows it. */
  readonly LockDelay: number;
  readonly Behavior: 'release' | 'delete';
  /** A Go duration ("30s"), or '' for none. */
  readonly TTL: string;
  readonly NodeChecks: readonly string[] | null;
  readonly ServiceChecks: readonly { readonly ID: string; readonly Namespace: string }[] | null;
}

/** A member of the cluster as `/v1/agent/members` shows it. Status: 1 alive, 2 leaving, 3 left, 4 failed. */
export interface Member {
  readonly Name: string;
  readonly Addr: string;
  readonly Port: number;
  readonly Tags: Readonly<Record<string, string>>;
  readonly Status: 1 | 2 | 3 | 4;
  readonly ProtocolMin: number;
  readonly ProtocolMax: number;
  readonly ProtocolCur: number;
  readonly DelegateMin: number;
  readonly DelegateMax: number;
  readonly DelegateCur: number;
}
