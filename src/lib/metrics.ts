/**
 * What a program counts about itself. Counting is an addition on a plain object and nothing else: names, labels, intervals and forms are
 * the business of whoever reads (metrics-report.ts). Series are made at the start, so each is there with 0 before anything happens.
 */
import { performance } from 'node:perf_hooks';

export type Labels = Readonly<Record<string, string>>;

/** How a series is called: "rpc.query", without prefix and host. */
export interface SeriesName {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels?: Labels;
}

/** Events. */
export class Counter {
  count = 0;
}

/** Measured values, of which the number, sum and extremes are kept. */
export class Sample {
  count = 0;
  sum = 0;
  squares = 0;
  /** Since whoever reads has set them back. */
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.squares += value * value;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }
}

/** Values that are there anyway and are read when somebody asks. A group is read together, once. */
export interface GaugeGroup {
  readonly gauges: readonly SeriesName[];
  /** In the order of `gauges`. */
  readonly read: () => readonly number[] | Promise<readonly number[]>;
}

export class Metrics {
  readonly counters: { readonly series: SeriesName; readonly counter: Counter }[] = [];
  readonly samples: { readonly series: SeriesName; readonly sample: Sample }[] = [];
  readonly gaugeGroups: GaugeGroup[] = [];

  counter(series: SeriesName): Counter {
    const counter = new Counter();
    this.counters.push({ series, counter });
    return counter;
  }

  /** Several names may show the same values. */
  sample(...series: readonly SeriesName[]): Sample {
    const sample = new Sample();
    for (const one of series) this.samples.push({ series: one, sample });
    return sample;
  }

  gauges(group: GaugeGroup): void {
    this.gaugeGroups.push(group);
  }
}

/** Milliseconds on a clock that never jumps, for durations only. */
export function monotonicMs(): number {
  return performance.now();
}
