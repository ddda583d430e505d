/** How long requests take: one series for each endpoint and method, under Consul's two names for it. */
import { type Metrics, monotonicMs } from '../lib/metrics.js';
import type { Handler, Methods, Route } from './route.js';

export interface MeasureOptions {
  /** `http.GET.v1.kv._` beside `api.http{method="GET",path="v1_kv_"}`. */
  readonly withOldNames: boolean;
}

export function measured(routes: readonly Route[], metrics: Metrics, options: MeasureOptions): readonly Route[] {
  const timedMethods = (path: string, methods: Methods): Methods =>
    Object.fromEntries(Object.entries(methods).map(([method, handler]) => [method, timed(handler, { path, method }, metrics, options)]));
  return routes.map(({ endings, ...route }) => ({
    ...route,
    methods: timedMethods(route.path, route.methods),
    ...(endings && { endings: mapped(endings, (ending, methods) => timedMethods(`${route.path}_${ending}`, methods)) }),
  }));
}

function mapped<T>(table: Readonly<Record<string, T>>, change: (key: string, value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(key, value)]));
}

interface Endpoint {
  readonly path: string;
  readonly method: string;
}

function timed(handler: Handler, { path, method }: Endpoint, metrics: Metrics, { withOldNames }: MeasureOptions): Handler {
  const help = 'Time to answer requests to an endpoint, blocking included, in milliseconds';
  const labelled = { name: 'api.http', help, labels: { method, path: path.slice(1).replaceAll('/', '_') } };
  // What follows a final slash is a name or key.
  const parts = path.slice(1).replace(/\/$/, '/_').replaceAll('/', '.');
  const sample = metrics.sample(labelled, ...(withOldNames ? [{ name: `http.${method}.${parts}`, help }] : []));
  return (call) => {
    const startMs = monotonicMs();
    const answered = handler(call);
    const done = () => sample.add(monotonicMs() - startMs);
    answered.then(done, done);
    return answered;
  };
}
