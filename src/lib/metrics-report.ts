/**
 * Metrics as they are read: names with their prefix, left out where a rule says so, and the values of the last whole interval of ten
 * seconds, as Consul's own report has them. Until there is one it is the interval that runs.
 */
import type { Clock } from './clock.js';
import type { Metrics, Sample, SeriesName } from './metrics.js';

export interface ReportOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** `consul` */
  readonly prefix: string;
  /** Put behind the prefix of gauges; '' for none. */
  readonly host: string;
  /** "+consul.http", "-consul.rpc": the longest that fits decides. */
  readonly prefixFilter: readonly string[];
  /** For names that no rule fits. */
  readonly isAllowedByDefault: boolean;
}

export interface GaugeValue {
  readonly series: SeriesName;
  readonly fullName: string;
  readonly value: number;
}

export interface TotalValue {
  readonly series: SeriesName;
  readonly fullName: string;
  readonly count: number;
  readonly sum: number;
}

/** Everything since the start. */
export interface Totals {
  readonly gauges: readonly GaugeValue[];
  readonly counters: readonly TotalValue[];
  readonly samples: readonly TotalValue[];
}

const intervalMs = 10_000;

interface Seen {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

interface Interval extends Seen {
  readonly least: number;
  readonly most: number;
}

const nothing: Seen = { count: 0, sum: 0, squares: 0 };

export class MetricsReport {
  private readonly options: ReportOptions;
  /** Totals when the running interval began. */
  private seen = new Map<object, Seen>();
  private last: Map<object, Interval> | null = null;
  private beganAt: number;
  private prefixFilter: readonly string[];
  private cancel: () => void = () => {};

  constructor(options: ReportOptions) {
    this.options = options;
    this.prefixFilter = options.prefixFilter;
    this.beganAt = options.clock.now();
  }

  setPrefixFilter(rules: readonly string[]): void {
    this.prefixFilter = rules;
  }

  start(): void {
    this.cancel = this.options.clock.after(intervalMs, () => {
      this.turn();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  async totals(): Promise<Totals> {
    const { metrics } = this.options;
    const groups = await Promise.all(
      metrics.gaugeGroups.map(async ({ gauges, read }) => {
        const values = await read();
        return gauges.map((series, position) => ({ series, fullName: this.nameOf(series, true), value: values[position] ?? 0 }));
      }),
    );
    const counters = metrics.counters.map(({ series, counter: { count } }) => ({
      series,
      fullName: this.nameOf(series),
      count,
      sum: count,
    }));
    const samples = metrics.samples.map(({ series, sample: { count, sum } }) => ({ series, fullName: this.nameOf(series), count, sum }));
    const shown = <T extends { readonly fullName: string }>(list: readonly T[]) => list.filter(({ fullName }) => this.isAllowed(fullName));
    return { gauges: shown(groups.flat()), counters: shown(counters), samples: shown(samples) };
  }

  /** The body of `/v1/agent/metrics`. */
  async json(): Promise<Readonly<Record<string, unknown>>> {
    const { metrics } = this.options;
    const { gauges } = await this.totals();
    const intervals = this.last ?? this.running();
    const list = (entries: readonly { readonly series: SeriesName; readonly of: object }[]) =>
      entries
        .map(({ series, of }) => ({ series, interval: intervals.get(of), fullName: this.nameOf(series) }))
        .filter(({ fullName }) => this.isAllowed(fullName))
        .map(({ series, interval, fullName }) => ({ Name: fullName, ...figures(interval), Labels: series.labels ?? {} }));
    return {
      Timestamp: `${new Date(this.beganAt).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`,
      Gauges: gauges.map(({ series, fullName, value }) => ({ Name: fullName, Value: value, Labels: series.labels ?? {} })),
      Points: [],
      Counters: list(metrics.counters.map(({ series, counter }) => ({ series, of: counter }))),
      Samples: list(metrics.samples.map(({ series, sample }) => ({ series, of: sample }))),
    };
  }

  /** The running interval becomes the last one. */
  private turn(): void {
    const { metrics, clock } = this.options;
    this.last = this.running();
    this.beganAt = clock.now();
    for (const { counter } of metrics.counters) this.seen.set(counter, { ...nothing, count: counter.count });
    for (const { sample } of metrics.samples) {
      this.seen.set(sample, { count: sample.count, sum: sample.sum, squares: sample.squares });
      sample.least = Number.POSITIVE_INFINITY;
      sample.most = Number.NEGATIVE_INFINITY;
    }
  }

  private running(): Map<object, Interval> {
    const { metrics } = this.options;
    const intervals = new Map<object, Interval>();
    for (const { counter } of metrics.counters) {
      const count = counter.count - (this.seen.get(counter) ?? nothing).count;
      intervals.set(counter, { count, sum: count, squares: count, least: 1, most: 1 });
    }
    for (const { sample } of metrics.samples) intervals.set(sample, since(sample, this.seen.get(sample) ?? nothing));
    return intervals;
  }

  private nameOf({ name }: SeriesName, isGauge = false): string {
    const { prefix, host } = this.options;
    return [prefix, isGauge ? host : '', name].filter((part) => part !== '').join('.');
  }

  private isAllowed(name: string): boolean {
    let [longest, allowed] = [-1, this.options.isAllowedByDefault];
    for (const rule of this.prefixFilter) {
      const start = rule.slice(1);
      if (name.startsWith(start) && start.length > longest) [longest, allowed] = [start.length, rule.startsWith('+')];
    }
    return allowed;
  }
}

function since(sample: Sample, seen: Seen): Interval {
  const { count, sum, squares, least, most } = sample;
  return { count: count - seen.count, sum: sum - seen.sum, squares: squares - seen.squares, least, most };
}

/** Zeros for what did not happen. */
function figures(interval: Interval | undefined): Readonly<Record<string, number>> {
  if (!interval || interval.count === 0) return { Count: 0, Rate: 0, Sum: 0, Min: 0, Max: 0, Mean: 0, Stddev: 0 };
  const { count, sum, squares, least, most } = interval;
  const mean = sum / count;
  const variance = count < 2 ? 0 : Math.max(0, (squares - sum * mean) / (count - 1));
  return { Count: count, Rate: sum / (intervalMs / 1000), Sum: sum, Min: least, Max: most, Mean: mean, Stddev: Math.sqrt(variance) };
}
