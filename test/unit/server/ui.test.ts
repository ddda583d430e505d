import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, startServer } from './harness.js';

let mesh: Harness;
afterEach(() => mesh.server.stop());

async function start(): Promise<void> {
  mesh = await startServer();
  const web = { ID: 'web-1', Service: 'web', Tags: ['b', 'a'], Meta: { 'external-source': 'nomad' } };
  await mesh.register({
    service: web,
    checks: [
      { CheckID: 'node', Status: 'warning' },
      { CheckID: 'own', ServiceID: 'web-1' },
    ],
  });
}

const services = async (filter = '') => (await mesh.query({ kind: 'ui.services', filter })).value;

describe('services in one line each', () => {
  test('count instances and their checks, those of the node once for each instance', async () => {
    await start();
    await mesh.register({ service: { ID: 'web-2', Service: 'web', Tags: ['c'] } });
    expect(await services()).toMatchObject([
      {
        ...{ Name: 'web', Tags: ['a', 'b', 'c'], Nodes: ['n1'], ExternalSources: ['nomad'], InstanceCount: 2 },
        ...{ ChecksPassing: 1, ChecksWarning: 2, ChecksCritical: 0, ConnectedWithProxy: false },
      },
    ]);
  });

  test('a proxy is told of at the service it stands beside', async () => {
    await start();
    const proxy = {
      ID: 'p',
      Service: 'web-proxy',
      Kind: 'connect-proxy' as const,
      Proxy: { DestinationServiceName: 'web', Mode: 'transparent' },
    };
    await mesh.register({ service: proxy });
    expect(await services()).toMatchObject([
      { Name: 'web', Kind: '', ConnectedWithProxy: true, TransparentProxy: true },
      { Name: 'web-proxy', Kind: 'connect-proxy', ConnectedWithProxy: false },
    ]);
  });

  test('a filter chooses instances', async () => {
    await start();
    await mesh.register({ service: { ID: 'db-1', Service: 'db' } });
    expect(await services('Service.Service == "db"')).toMatchObject([{ Name: 'db', InstanceCount: 1 }]);
    await expect(services('Nope == 1')).rejects.toThrow('Failed to create boolean expression evaluator');
  });
});

describe('nodes with all that hangs on them', () => {
  test('a filter reaches into services and checks', async () => {
    await start();
    const found = async (filter: string) => (await mesh.query({ kind: 'ui.nodes', filter })).value.map(({ Node }) => Node.Node);
    expect(await found('')).toEqual(['n1']);
    expect(await found('Services.Service == "web"')).toEqual(['n1']);
    expect(await found('Checks.Status == "critical"')).toEqual([]);
  });

  test.each([
    { name: 'a new check of it', change: () => mesh.register({ checks: [{ CheckID: 'more', Status: 'critical' }] }) },
    { name: 'a new service on it', change: () => mesh.register({ service: { ID: 'x', Service: 'x' } }) },
    { name: 'its end', change: () => mesh.write({ kind: 'catalog.deregister', node: 'n1', serviceId: '', checkId: '' }) },
  ])('a wait for one ends with $name', async ({ change }) => {
    await start();
    const { index } = await mesh.query({ kind: 'ui.node', node: 'N1' });
    const wait = mesh.query({ kind: 'ui.node', node: 'n1' }, { minIndex: index, waitMs: 60_000 });
    await change();
    expect((await wait).index).toBeGreaterThan(index);
  });

  test('a wait for one that is not there ends when it comes', async () => {
    await start();
    const { index, value } = await mesh.query({ kind: 'ui.node', node: 'n2' });
    expect(value).toBeNull();
    const wait = mesh.query({ kind: 'ui.node', node: 'n2' }, { minIndex: index, waitMs: 60_000 });
    await mesh.register({ node: { Node: 'n2' } });
    expect((await wait).value).toMatchObject({ Node: { Node: 'n2' }, Services: [], Checks: [] });
  });
});
