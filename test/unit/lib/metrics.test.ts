import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../src/lib/metrics.js';
import { prometheusText } from '../../../src/lib/metrics-prometheus.js';
import { MetricsReport, type ReportOptions } from '../../../src/lib/metrics-report.js';
import { FakeClock } from '../../support/fake-clock.js';

function started(options: Partial<ReportOptions> = {}) {
  const [metrics, clock] = [new Metrics(), new FakeClock()];
  const report = new MetricsReport({ metrics, clock, prefix: 'consul', host: '', prefixFilter: [], isAllowedByDefault: true, ...options });
  report.start();
  return { metrics, clock, report };
}

describe('the report', () => {
  test('series are there from the start, with 0', async () => {
    const { metrics, report } = started();
    metrics.counter({ name: 'rpc.query', help: 'h' });
    metrics.sample({ name: 'api.http', help: 'h', labels: { method: 'GET' } });
    const zeros = { Count: 0, Rate: 0, Sum: 0, Min: 0, Max: 0, Mean: 0, Stddev: 0 };
    expect(await report.json()).toMatchObject({
      Points: [],
      Counters: [{ Name: 'consul.rpc.query', ...zeros, Labels: {} }],
      Samples: [{ Name: 'consul.api.http', ...zeros, Labels: { method: 'GET' } }],
    });
  });

  test('tells of the last whole interval, and of the running one before there is any', async () => {
    const { metrics, clock, report } = started();
    const sample = metrics.sample({ name: 's', help: 'h' });
    for (const value of [2, 4, 9]) sample.add(value);
    const first = { Count: 3, Sum: 15, Min: 2, Max: 9, Mean: 5, Rate: 1.5, Stddev: Math.sqrt(13) };
    expect(await report.json()).toMatchObject({ Samples: [first] });
    await clock.advance(10_000);
    sample.add(100);
    expect(await report.json()).toMatchObject({ Samples: [first] });
    await clock.advance(10_000);
    expect(await report.json()).toMatchObject({ Samples: [{ Count: 1, Sum: 100, Min: 100, Max: 100 }] });
    await clock.advance(10_000);
    expect(await report.json()).toMatchObject({ Samples: [{ Count: 0, Min: 0, Max: 0 }] });
  });

  test('gauges carry the host, counters and samples do not', async () => {
    const { metrics, report } = started({ host: 'box' });
    metrics.gauges({ gauges: [{ name: 'g', help: 'h' }], read: async () => [7] });
    metrics.counter({ name: 'c', help: 'h' }).count++;
    expect(await report.json()).toMatchObject({ Gauges: [{ Name: 'consul.box.g', Value: 7 }], Counters: [{ Name: 'consul.c', Count: 1 }] });
  });

  test.each([
    { name: 'a rule takes a prefix out', rules: ['-consul.rpc'], byDefault: true, shown: ['consul.kvs.apply'] },
    {
      name: 'the longest rule wins',
      rules: ['-consul.rpc', '+consul.rpc.query'],
      byDefault: true,
      shown: ['consul.kvs.apply', 'consul.rpc.query'],
    },
    { name: 'nothing but what a rule names', rules: ['+consul.kvs'], byDefault: false, shown: ['consul.kvs.apply'] },
  ])('$name', async ({ rules, byDefault, shown }) => {
    const { metrics, report } = started({ isAllowedByDefault: byDefault });
    for (const name of ['kvs.apply', 'rpc.query', 'rpc.request']) metrics.counter({ name, help: 'h' });
    report.setPrefixFilter(rules);
    expect((await report.totals()).counters.map(({ fullName }) => fullName)).toEqual(shown);
  });
});

test("Prometheus' form: totals, labels, names with underscores", async () => {
  const { metrics, clock, report } = started();
  metrics.counter({ name: 'rpc.query', help: 'Reads' }).count = 3;
  const get = metrics.sample({ name: 'api.http', help: 'Time', labels: { method: 'GET' } });
  metrics.sample({ name: 'api.http', help: 'Time', labels: { method: 'PUT' } });
  metrics.gauges({ gauges: [{ name: 'state.nodes', help: 'Nodes', labels: { datacenter: 'dc1' } }], read: () => [2] });
  get.add(5);
  await clock.advance(10_000);
  get.add(6);
  const { text, contentType } = await prometheusText(await report.totals());
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    '# HELP consul_state_nodes Nodes',
    '# TYPE consul_state_nodes gauge',
    'consul_state_nodes{datacenter="dc1"} 2',
    '# HELP consul_rpc_query Reads',
    '# TYPE consul_rpc_query counter',
    'consul_rpc_query 3',
    '# HELP consul_api_http Time',
    '# TYPE consul_api_http summary',
    'consul_api_http_sum{method="GET"} 11',
    'consul_api_http_count{method="GET"} 2',
    'consul_api_http_sum{method="PUT"} 0',
    'consul_api_http_count{method="PUT"} 0',
  ]);
});
