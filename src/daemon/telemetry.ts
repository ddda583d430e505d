/** What the agent tells about itself: the process, the store and its health, beside what its parts count. */
import { hostname } from 'node:os';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Clock } from '../lib/clock.js';
import type { Metrics } from '../lib/metrics.js';
import { MetricsReport } from '../lib/metrics-report.js';
import type { Backend, QueryOptions } from '../model/backend.js';
import type { Member } from '../model/records.js';
import type { Server } from '../server/server.js';

export function metricsReport({ settings }: RuntimeConfig, metrics: Metrics, clock: Clock): MetricsReport {
  return new MetricsReport({
    ...{ metrics, clock, prefix: settings['telemetry.metrics_prefix'] },
    host: settings['telemetry.disable_hostname'] ? '' : hostname(),
    prefixFilter: settings['telemetry.prefix_filter'],
    isAllowedByDefault: settings['telemetry.filter_default'],
  });
}

export function telemetrySettings({ settings }: RuntimeConfig): { readonly withOldNames: boolean; readonly hasPrometheus: boolean } {
  return { withOldNames: !settings['telemetry.disable_compat_1.9'], hasPrometheus: settings['telemetry.prometheus_retention_time'] > 0 };
}

/** @returns ends the observation */
export function countRuntime(metrics: Metrics): () => void {
  const pauses = metrics.sample({ name: 'runtime.gc_pause_ns', help: 'Pauses of the garbage collector, in nanoseconds' });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (stopsTheWorld(entry)) pauses.add(entry.duration * 1e6);
  });
  observer.observe({ entryTypes: ['gc'] });
  metrics.gauges({
    gauges: [
      { name: 'runtime.alloc_bytes', help: 'Memory in use by the program' },
      { name: 'runtime.sys_bytes', help: 'Memory the system has given to the process' },
      { name: 'runtime.total_gc_runs', help: 'Runs of the garbage collector since the start' },
      { name: 'runtime.total_gc_pause_ns', help: 'Pauses of the garbage collector since the start, in nanoseconds' },
    ],
    read: () => {
      const { heapUsed, external, rss } = process.memoryUsage();
      return [heapUsed + external, rss, pauses.count, pauses.sum];
    },
  });
  return () => observer.disconnect();
}

const askNothing: QueryOptions = {
  ...{ token: '', datacenter: '', minIndex: 0, waitMs: 0, consistency: 'stale' },
  signal: new AbortController().signal,
};

export function countStore(metrics: Metrics, backend: Backend, datacenter: string): void {
  const labels = { datacenter };
  metrics.gauges({
    gauges: [
      { name: 'state.nodes', help: 'Nodes in the catalog', labels },
      { name: 'state.services', help: 'Different services in the catalog', labels },
      { name: 'state.service_instances', help: 'Instances of services in the catalog', labels },
    ],
    read: async () => {
      const { value } = await backend.query({ kind: 'operator.usage' }, askNothing);
      return [value.Nodes, value.Services, value.ServiceInstances];
    },
  });
  metrics.gauges({
    gauges: [
      { name: 'autopilot.healthy', help: 'Whether all servers are healthy: 1 or 0' },
      { name: 'autopilot.failure_tolerance', help: 'How many servers may be lost without losing the store' },
    ],
    read: async () => {
      const { value } = await backend.query({ kind: 'operator.health' }, askNothing);
      return [value.Healthy ? 1 : 0, value.FailureTolerance];
    },
  });
}

export function countServer(metrics: Metrics, server: Pick<Server, 'waiting'>, members: () => readonly Member[], datacenter: string): void {
  metrics.gauges({
    gauges: [
      { name: 'rpc.queries_blocking', help: 'Queries that wait for a change' },
      { name: 'session_ttl.active', help: 'Sessions that end when nobody renews them in time' },
    ],
    read: () => {
      const { queries, sessions } = server.waiting();
      return [queries, sessions];
    },
  });
  metrics.gauges({
    gauges: [
      { name: 'members.servers', help: 'Servers of this datacenter', labels: { datacenter } },
      { name: 'members.clients', help: 'Agents of this datacenter that are no servers', labels: { datacenter } },
    ],
    read: () => {
      const all = members();
      const servers = all.filter(({ Tags }) => Tags.role === 'consul').length;
      return [servers, all.length - servers];
    },
  });
}

/** Young generations are collected in a millisecond or so and are pauses too; what runs beside the program is none. */
function stopsTheWorld({ detail }: PerformanceEntry & { readonly detail?: unknown }): boolean {
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : 0;
  return kind !== constants.NODE_PERFORMANCE_GC_INCREMENTAL && kind !== constants.NODE_PERFORMANCE_GC_WEAKCB;
}
