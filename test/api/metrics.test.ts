/** The figures of /v1/agent/metrics, moved by what a user does. */
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';

interface Named {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>>;
}
interface Report {
  readonly Gauges: readonly (Named & { readonly Value: number })[];
  readonly Counters: readonly (Named & { readonly Count: number })[];
  readonly Samples: readonly (Named & { readonly Count: number })[];
}

let agent: TestAgent;
beforeAll(async () => {
  agent = await startAgent(['-dev', '-node=m1', '-hcl=telemetry { disable_hostname = true prometheus_retention_time = "1m" }']);
});
afterAll(() => agent.stop());

const get = (path: string) => fetch(`${agent.http}${path}`);
const prometheus = async () => (await get('/v1/agent/metrics?format=prometheus')).text();
/** Since the start, by the name and labels as Prometheus reads them. */
const total = async (series: string) =>
  Number(
    (await prometheus())
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1],
  );

test('DNS questions are counted by their sort', async () => {
  // A question that is asked again is counted again.
  const resolver = new Resolver({ timeout: 30_000 });
  resolver.setServers([`127.0.0.1:${agent.dnsPort}`]);
  await resolver.resolve4('consul.service.consul');
  await resolver.resolve4('m1.node.consul');
  expect(await resolver.resolvePtr('1.0.0.127.in-addr.arpa')).toEqual(['m1.node.dc1.consul']);
  expect(await total('consul_dns_domain_query_count{node="m1"}')).toBe(2);
  expect(await total('consul_dns_ptr_query_count{node="m1"}')).toBe(1);
});

test('reads with and without ?cached', async () => {
  for (const path of ['?cached', '?cached', '']) await get(`/v1/health/service/consul${path}`);
  const counts = ['bypass', 'fetch_success', 'hit'].map((name) => total(`consul_cache_${name}`));
  expect(await Promise.all(counts)).toEqual([1, 1, 1]);
});

test('what waits, what ends by itself, and who is there', async () => {
  await fetch(`${agent.http}/v1/session/create`, { method: 'PUT', body: '{ "TTL": "60s" }' });
  const control = new AbortController();
  const index = (await get('/v1/catalog/services')).headers.get('x-consul-index');
  const blocked = fetch(`${agent.http}/v1/catalog/services?index=${index}&wait=10s`, { signal: control.signal }).catch(() => null);
  try {
    await eventually(
      async () => {
        const { Gauges } = (await (await get('/v1/agent/metrics')).json()) as Report;
        const value = (name: string) => Gauges.find(({ Name }) => Name === name)?.Value;
        expect(value('consul.rpc.queries_blocking')).toBe(1);
        expect(value('consul.session_ttl.active')).toBe(1);
        expect([value('consul.members.servers'), value('consul.members.clients')]).toEqual([1, 0]);
      },
      { withinMs: 5000 },
    );
  } finally {
    control.abort();
    await blocked;
  }
});
