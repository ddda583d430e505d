/** What reads of the catalog are answered with: records put together. */
import type { CheckRecord, NodeRecord, ServiceRecord } from './records.js';

/** An instance with the node it runs on. */
export interface ServiceInstance {
  readonly Node: NodeRecord;
  readonly Service: ServiceRecord;
}

/** An instance with its node and both its own checks and those of the node. */
export interface HealthEntry extends ServiceInstance {
  readonly Checks: readonly CheckRecord[];
}

export interface NodeServices {
  readonly Node: NodeRecord;
  readonly Services: readonly ServiceRecord[];
}

export interface ServiceSummary {
  readonly Service: string;
  /** Distinct tags of all instances. */
  readonly Tags: readonly string[];
}
