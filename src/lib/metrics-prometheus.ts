/**
 * The door of prom-client: totals in Prometheus' text form. Its own counters are not used: what is counted is read when somebody asks, so that
 * counting costs an addition. Loaded with the first scrape.
 */
import { Counter, Gauge, Registry, Summary } from 'prom-client';
import type { Labels } from './metrics.js';
import type { Totals, TotalValue } from './metrics-report.js';

export interface PrometheusText {
  readonly contentType: string;
  readonly text: string;
}

export async function prometheusText(totals: Totals): Promise<PrometheusText> {
  const registry = new Registry();
  for (const [name, gauges] of byName(totals.gauges)) {
    const gauge = new Gauge({ name, help: helpOf(gauges), labelNames: labelNames(gauges), registers: [registry] });
    for (const { series, value } of gauges) gauge.set({ ...series.labels }, value);
  }
  for (const [name, counters] of byName(totals.counters)) {
    const counter = new Counter({ name, help: helpOf(counters), labelNames: labelNames(counters), registers: [registry] });
    for (const { series, count } of counters) counter.inc({ ...series.labels }, count);
  }
  for (const [name, samples] of byName(totals.samples)) registry.registerMetric(new Totalled(name, samples));
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** A summary of which the number and the sum are known, without quantiles. */
class Totalled extends Summary {
  private readonly samples: readonly TotalValue[];
  private readonly called: string;

  constructor(name: string, samples: readonly TotalValue[]) {
    super({ name, help: helpOf(samples), labelNames: labelNames(samples), percentiles: [], registers: [] });
    this.called = name;
    this.samples = samples;
  }

  override async get(): ReturnType<Summary['get']> {
    const values = this.samples.flatMap(({ series, count, sum }) => [
      { metricName: `${this.called}_sum`, labels: { ...series.labels }, value: sum },
      { metricName: `${this.called}_count`, labels: { ...series.labels }, value: count },
    ]);
    return { ...(await super.get()), values };
  }
}

/** "consul.api.http" -> consul_api_http. */
function byName<T extends { readonly fullName: string; readonly series: { readonly labels?: Labels } }>(
  list: readonly T[],
): Map<string, T[]> {
  const names = new Map<string, T[]>();
  for (const item of list) {
    const name = item.fullName.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/^(?=\d)/, '_');
    const known = names.get(name);
    if (known) known.push(item);
    else names.set(name, [item]);
  }
  return names;
}

function labelNames(list: readonly { readonly series: { readonly labels?: Labels } }[]): string[] {
  return [...new Set(list.flatMap(({ series }) => Object.keys(series.labels ?? {})))];
}

function helpOf(list: readonly { readonly series: { readonly help: string } }[]): string {
  return list[0]?.series.help ?? '';
}
