/** Lists that were made for the web interface: `/v1/internal/ui/`. */
import type { CheckRecord, NodeRecord, ServiceKind, ServiceRecord } from './records.js';

/** A node with everything that hangs on it. */
export interface NodeDump {
  readonly Node: NodeRecord;
  readonly Services: readonly ServiceRecord[];
  readonly Checks: readonly CheckRecord[];
}

/** All instances of a service in one line. */
export interface ServiceOverview {
  readonly Kind: ServiceKind;
  readonly Name: string;
  readonly Tags: readonly string[];
  readonly Nodes: readonly string[];
  /** Who registered them, by `external-source` in their metadata. */
  readonly ExternalSources: readonly string[];
  readonly InstanceCount: number;
  /** Checks of nodes count once for each instance on them. */
  readonly ChecksPassing: number;
  readonly ChecksWarning: number;
  readonly ChecksCritical: number;
  /** Some instance has a proxy beside it; one whose traffic is redirected to it. */
  readonly ConnectedWithProxy: boolean;
  readonly TransparentProxy: boolean;
}

/** Whether intentions let a pair talk. */
export interface IntentionVerdict {
  readonly DefaultAllow: boolean;
  readonly Allowed: boolean;
  /** Requests decide one by one. */
  readonly HasPermissions: boolean;
  /** Who made the intention, by `external-source` in its metadata. */
  readonly ExternalSource: string;
  /** It names both ends. */
  readonly HasExact: boolean;
}

/** A service that another one talks to, and how that is known. */
export interface Neighbour {
  readonly Overview: ServiceOverview;
  readonly Source: 'proxy-registration' | 'specific-intention';
  readonly Intention: IntentionVerdict;
}

export interface ServiceTopology {
  readonly Protocol: string;
  readonly TransparentProxy: boolean;
  readonly Upstreams: readonly Neighbour[];
  readonly Downstreams: readonly Neighbour[];
}
