/** What all requests of one HTTP server share. A reload replaces `settings` and what was computed from them. */
import { BlockList, isIPv6 } from 'node:net';
import type { LocalAgent } from '../agent/local-agent.js';
import type { NodeControl } from '../agent/node-control.js';
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Counter, Metrics } from '../lib/metrics.js';
import type { MetricsReport } from '../lib/metrics-report.js';
import type { Backend } from '../model/backend.js';
import type { AddressRange, HttpSettings } from '../model/http-settings.js';
import type { Snapshots } from '../model/snapshot/snapshots.js';
import type { UserEvents } from '../model/user-event.js';
import { ClientCounts } from './client-counts.js';
import { Hosts } from './hosts.js';
import { SeenReads } from './seen-reads.js';

/** What the agent counts, and how it is read. */
export interface HttpTelemetry {
  readonly metrics: Metrics;
  readonly report: Pick<MetricsReport, 'json' | 'totals'>;
  /** Requests are counted under their names of before 1.9 too. */
  readonly withOldNames: boolean;
  /** `telemetry.prometheus_retention_time` is above 0. */
  readonly hasPrometheus: boolean;
}

export interface ContextParts {
  readonly backend: Backend;
  readonly snapshots: Snapshots;
  readonly telemetry: HttpTelemetry;
  readonly agent: LocalAgent;
  readonly node: NodeControl;
  readonly events: UserEvents;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: HttpSettings;
}

/** Of the reads that know `?cached`. */
interface CacheCounters {
  readonly bypassed: Counter;
  readonly hits: Counter;
  readonly fetched: Counter;
}

export class HttpContext {
  readonly backend: Backend;
  readonly agent: LocalAgent;
  readonly node: NodeControl;
  readonly events: UserEvents;
  readonly snapshots: Snapshots;
  readonly telemetry: HttpTelemetry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests that wait for a change, to be let go when the server stops. */
  readonly waiting = new Set<AbortController>();
  readonly waitingPerClient = new ClientCounts();
  readonly seenReads = new SeenReads();
  readonly cache: CacheCounters;
  /** Names that may stand in `Host` at a loopback listener. */
  hosts: Hosts;
  settings: HttpSettings;
  /** Headers on every answer of an endpoint below /v1, names and values alternating. */
  endpointHeaders: readonly string[] = [];
  /** Headers on every answer at all. */
  commonHeaders: readonly string[] = [];
  private writers: BlockList | null = null;

  constructor(parts: ContextParts) {
    this.backend = parts.backend;
    this.agent = parts.agent;
    this.node = parts.node;
    this.events = parts.events;
    this.snapshots = parts.snapshots;
    this.telemetry = parts.telemetry;
    this.clock = parts.clock;
    this.logger = parts.logger;
    this.cache = cacheCounters(parts.telemetry.metrics);
    this.settings = parts.settings;
    this.hosts = new Hosts(parts.settings);
    this.use(parts.settings);
  }

  use(settings: HttpSettings): void {
    this.settings = settings;
    this.hosts = new Hosts(settings);
    this.commonHeaders = Object.entries(settings.responseHeaders).flat();
    this.endpointHeaders = [
      ...['Vary', 'Accept-Encoding'],
      ...(settings.translateWanAddresses ? ['X-Consul-Translate-Addresses', 'true'] : []),
      ...['X-Consul-Default-ACL-Policy', settings.defaultAclPolicy],
      ...this.commonHeaders,
    ];
    this.writers = settings.allowWriteHttpFrom.length === 0 ? null : blockList(settings.allowWriteHttpFrom);
  }

  /** `address` is the peer's, undefined for Unix sockets. */
  mayWrite(address: string | undefined): boolean {
    if (this.writers === null || address === undefined) return this.writers === null;
    return this.writers.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

function cacheCounters(metrics: Metrics): CacheCounters {
  return {
    bypassed: metrics.counter({ name: 'cache.bypass', help: 'Reads that could have asked for a cached answer and did not' }),
    hits: metrics.counter({ name: 'cache.hit', help: 'Reads with ?cached that were answered from memory' }),
    fetched: metrics.counter({ name: 'cache.fetch_success', help: 'Reads with ?cached that were answered afresh' }),
  };
}

function blockList(ranges: readonly AddressRange[]): BlockList {
  const list = new BlockList();
  for (const { address, bits, family } of ranges) list.addSubnet(address, bits, family);
  return list;
}
