import { afterEach, describe, expect, test } from 'vitest';
import type { Write } from '../../../src/model/write.js';
import { memoryStorage } from '../../../src/storage/memory.js';
import { type Harness, listArguments, ofService, type Registration, startServer } from './harness.js';

let mesh: Harness;
const start = async () => {
  mesh = await startServer();
  return mesh;
};
afterEach(() => mesh.server.stop());

const ids = ['0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0001', '0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0002'] as const;
const node = async (name: string) => (await mesh.query({ kind: 'catalog.node', node: name, filter: '' })).value;
const deregister = (more: Partial<Write<'catalog.deregister'>>) =>
  mesh.write({ kind: 'catalog.deregister', node: 'n1', serviceId: '', checkId: '', ...more });
const instances = async (service: string) => (await mesh.query({ kind: 'catalog.service', ...ofService(service) })).value;

describe('refusals', () => {
  const rows: readonly (Registration & { name: string; text: string })[] = [
    { name: 'no node', node: { Node: '' }, text: 'Must provide node' },
    { name: 'no address', node: { Address: '' }, text: 'Must provide address if SkipNodeUpdate is not set' },
    { name: 'a short id', node: { ID: 'zzz' }, text: 'Bad node ID: uuid string is wrong length' },
    { name: 'an id without a name', service: { ID: 'x', Service: '' }, text: 'Must provide service name with ID' },
    { name: 'a wildcard address', service: { Address: '0.0.0.0' }, text: 'Invalid service address' },
    { name: 'a wildcard address of version 6', service: { Address: '::' }, text: 'Invalid service address' },
    {
      name: 'a check of another node',
      checks: [{ Node: 'other' }],
      text: 'check node "other" does not match node "n1"',
    },
    {
      name: 'a check of a service that is not there',
      checks: [{ ServiceID: 'nope' }],
      text: 'failed inserting check: Missing service registration on node "n1"',
    },
    {
      name: 'a proxy with nothing',
      service: { Kind: 'connect-proxy', Service: 'p', Port: 0 },
      text: '2 errors occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\t* Port or SocketPath must be set for a Connect proxy\n\n',
    },
  ];
  test.each(rows)('$name: nothing is kept', async ({ name: _, text, ...registration }) => {
    await start();
    await expect(mesh.register(registration)).rejects.toMatchObject({ code: 'refused', message: text });
    expect(await node('n1')).toBeNull();
  });

  test('deregistering wants a node and is content with one that is not there', async () => {
    await start();
    await expect(deregister({ node: '' })).rejects.toMatchObject({ message: 'Must provide node' });
    expect(await deregister({ node: 'none' })).toBe(true);
    expect(await deregister({ serviceId: 'none' })).toBe(true);
  });

  test('a filter that cannot be understood', async () => {
    await start();
    await expect(mesh.query({ kind: 'catalog.nodes', ...listArguments, filter: 'Nodes == a' })).rejects.toMatchObject({
      code: 'refused',
      message: 'Failed to create boolean expression evaluator: Selector "Nodes" is not valid',
    });
  });
});

describe('registering', () => {
  test('ids come from names, statuses default to critical, service names and tags reach the checks', async () => {
    await start();
    await mesh.register({
      service: { Service: 'web', Tags: ['a'] },
      checks: [{ CheckID: '', Name: 'alive', Status: '', ServiceID: 'web', Definition: { HTTP: 'http://x' } }],
    });
    const { value } = await mesh.query({ kind: 'health.service', passing: false, ...ofService('web') });
    expect(value).toMatchObject([
      {
        Node: { Node: 'n1', Datacenter: 'dc1' },
        Service: { ID: 'web' },
        Checks: [{ CheckID: 'alive', Status: 'critical', ServiceName: 'web', ServiceTags: ['a'], Type: 'http' }],
      },
    ]);
  });

  test('the same again moves nothing', async () => {
    await start();
    const registration = { service: { Meta: { a: 'b' } }, checks: [{ ServiceID: 'web' }] };
    await mesh.register(registration);
    await mesh.register(registration);
    expect((await mesh.query({ kind: 'health.service', passing: false, ...ofService('web') })).index).toBe(1);
    expect((await mesh.query({ kind: 'catalog.nodes', ...listArguments })).index).toBe(1);
  });

  test('what changed moves, the rest keeps its indexes', async () => {
    await start();
    await mesh.register({ service: {} });
    await mesh.register({ node: { Address: '10.0.0.99' }, service: {} });
    expect(await node('n1')).toMatchObject({
      Node: { Address: '10.0.0.99', CreateIndex: 1, ModifyIndex: 2 },
      Services: [{ CreateIndex: 1, ModifyIndex: 1 }],
    });
  });

  test('a node may be left as it is', async () => {
    await start();
    await mesh.register({ node: { Meta: { a: 'b' } } });
    await mesh.register({ node: { Address: '' }, skipNodeUpdate: true, service: {} });
    expect(await node('N1')).toMatchObject({ Node: { Address: '10.0.0.1', Meta: { a: 'b' } } });
  });

  test('a service under another name leaves the old one without instance, and its checks follow', async () => {
    await start();
    await mesh.register({ service: { ID: 'w', Service: 'old' }, checks: [{ ServiceID: 'w' }] });
    await mesh.register({ service: { ID: 'w', Service: 'new' } });
    expect(await instances('old')).toEqual([]);
    expect(await instances('new')).toHaveLength(1);
    const { value } = await mesh.query({ kind: 'health.checks', service: 'new', ...listArguments });
    expect(value).toMatchObject([{ ServiceName: 'new' }]);
  });

  test('of a hundred registrations on one new node at once all are there', async () => {
    await start();
    await Promise.all(Array.from({ length: 100 }, (_, i) => mesh.register({ service: { ID: `w${i}` } })));
    expect(await instances('web')).toHaveLength(100);
    expect((await node('n1'))?.Node.CreateIndex).toBe(1);
  });
});

describe('names and ids of nodes', () => {
  test('a known id under another name renames the node: CreateIndex stays, also after later changes', async () => {
    await start();
    await mesh.put('before', '1');
    await mesh.register({ node: { ID: ids[0] }, service: {} });
    await mesh.register({ node: { ID: ids[0], Node: 'n2' } });
    expect(await node('n1')).toBeNull();
    expect(await node('n2')).toMatchObject({ Node: { CreateIndex: 2, ModifyIndex: 3 }, Services: [] });
    await mesh.register({ node: { ID: ids[0], Node: 'n2', Address: '10.0.0.2' } });
    expect(await node('n2')).toMatchObject({ Node: { CreateIndex: 2, ModifyIndex: 4 } });
  });

  test('the name of a live node with another id is reserved', async () => {
    await start();
    await mesh.register({ node: { ID: ids[0] }, checks: [{ CheckID: 'serfHealth' }] });
    await expect(mesh.register({ node: { ID: ids[1] } })).rejects.toMatchObject({
      message: `failed inserting node: Error while renaming Node ID: "${ids[1]}": Node name n1 is reserved by node ${ids[0]} with name n1 (10.0.0.1)`,
    });
    await mesh.register({ node: { ID: ids[0] }, checks: [{ CheckID: 'serfHealth', Status: 'critical' }] });
    expect(await mesh.register({ node: { ID: ids[1] } })).toBe(true);
  });

  test('a node is found by its id and by a start that no other has', async () => {
    await start();
    await mesh.register({ node: { ID: ids[0] } });
    expect(await node(ids[0])).not.toBeNull();
    expect(await node('0c6b')).not.toBeNull();
    await mesh.register({ node: { ID: ids[1], Node: 'n2' } });
    expect(await node('0c6b')).toBeNull();
    expect(await node(ids[1].toUpperCase())).toMatchObject({ Node: { Node: 'n2' } });
  });
});

describe('deregistering', () => {
  test('a check, a service with its checks, and the node with everything', async () => {
    await start();
    await mesh.register({ service: {}, checks: [{ CheckID: 'nc' }, { CheckID: 'sc', ServiceID: 'web' }] });
    const checks = async () => (await mesh.query({ kind: 'health.node', node: 'n1', filter: '' })).value.map((check) => check.CheckID);
    await deregister({ checkId: 'nc' });
    expect(await checks()).toEqual(['sc']);
    await deregister({ serviceId: 'web', checkId: 'ignored' });
    expect([await checks(), await instances('web')]).toEqual([[], []]);
    await mesh.register({ service: {}, checks: [{ CheckID: 'sc', ServiceID: 'web' }] });
    await deregister({});
    expect([await node('n1'), await checks(), await instances('web')]).toEqual([null, [], []]);
  });

  test('a service without instance has the index of the last loss of any', async () => {
    await start();
    await mesh.register({ service: {} });
    await mesh.register({ node: { Node: 'n2' }, service: { Service: 'db' } });
    const index = async (service: string) => (await mesh.query({ kind: 'catalog.service', ...ofService(service) })).index;
    expect([await index('web'), await index('db'), await index('never')]).toEqual([1, 2, 2]);
    await deregister({ node: 'n2' });
    expect([await index('web'), await index('db'), await index('never')]).toEqual([1, 3, 3]);
  });
});

describe('lists', () => {
  const three = async () => {
    await start();
    await mesh.register({ node: { Node: 'n2', Meta: { az: 'b' } }, service: { ID: 'a', Tags: ['v2', 'Blue'] } });
    await mesh.register({ node: { Node: 'n1', Meta: { az: 'a' } }, service: { ID: 'z', Tags: ['v1', 'Blue'] } });
    await mesh.register({ node: { Node: 'n1', Meta: { az: 'a' } }, service: { ID: 'b' } });
  };

  test.each([
    { name: 'by node, then service id', more: {}, found: ['n1 b', 'n1 z', 'n2 a'] },
    { name: 'a tag in any case', more: { tags: ['blue'] }, found: ['n1 z', 'n2 a'] },
    { name: 'all tags', more: { tags: ['v1', 'Blue'] }, found: ['n1 z'] },
    { name: 'an empty tag', more: { tags: [''] }, found: [] },
    { name: 'node metadata', more: { nodeMeta: { az: 'b' } }, found: ['n2 a'] },
    { name: 'near a node', more: { near: 'N2' }, found: ['n2 a', 'n1 b', 'n1 z'] },
    { name: 'a filter', more: { filter: 'ServiceTags is not empty and NodeMeta.az == a' }, found: ['n1 z'] },
    { name: 'near nobody', more: { near: 'nobody' }, found: ['n1 b', 'n1 z', 'n2 a'] },
  ])('instances: $name', async ({ more, found }) => {
    await three();
    const { value } = await mesh.query({ kind: 'catalog.service', ...ofService('web', more) });
    expect(value.map(({ Node, Service }) => `${Node.Node} ${Service.ID}`)).toEqual(found);
  });

  test('services with all their tags, and with those on chosen nodes', async () => {
    await three();
    const ask = async (nodeMeta: Record<string, string>) => (await mesh.query({ kind: 'catalog.services', filter: '', nodeMeta })).value;
    expect(await ask({})).toEqual([{ Service: 'web', Tags: ['Blue', 'v1', 'v2'] }]);
    expect(await ask({ az: 'b' })).toEqual([{ Service: 'web', Tags: ['Blue', 'v2'] }]);
    expect(await ask({ az: 'c' })).toEqual([]);
  });

  test('only passing: the last takes the place of one that is left out', async () => {
    await start();
    for (const [Node, Status] of Object.entries({ n1: 'critical', n2: 'passing', n3: 'passing', n4: 'passing' })) {
      await mesh.register({ node: { Node }, service: {}, checks: [{ ServiceID: 'web', Status }] });
    }
    const { value } = await mesh.query({ kind: 'health.service', passing: true, ...ofService('web') });
    expect(value.map((entry) => entry.Node.Node)).toEqual(['n4', 'n2', 'n3']);
  });

  test('proxies stand for their destination, native services for themselves', async () => {
    await start();
    await mesh.register({ service: { ID: 'w' } });
    await mesh.register({ service: { ID: 'p', Service: 'web-proxy', Kind: 'connect-proxy', Proxy: { DestinationServiceName: 'Web' } } });
    await mesh.register({ service: { ID: 'n', Connect: { Native: true } } });
    const { value } = await mesh.query({ kind: 'catalog.service', ...ofService('web', { connect: true }) });
    expect(value.map(({ Service }) => Service.ID)).toEqual(['n', 'p']);
  });

  test('addresses lead to nodes and instances', async () => {
    await start();
    await mesh.register({ service: { Address: '10.0.0.7' } });
    const ask = async (address: string) => (await mesh.query({ kind: 'catalog.address', address })).value;
    expect(await ask('10.0.0.1')).toMatchObject({ Nodes: [{ Node: 'n1' }], Services: [] });
    expect(await ask('10.0.0.7')).toMatchObject({ Nodes: [], Services: [{ Service: { ID: 'web' } }] });
    await deregister({});
    expect(await ask('10.0.0.1')).toEqual({ Nodes: [], Services: [] });
  });

  test('of an unknown datacenter nothing is known', async () => {
    await start();
    const asked = mesh.query({ kind: 'catalog.nodes', ...listArguments }, { datacenter: 'nowhere' });
    await expect(asked).rejects.toMatchObject({ code: 'no-path-to-datacenter', message: 'No path to datacenter' });
    expect((await mesh.query({ kind: 'catalog.datacenters' }, { datacenter: 'nowhere' })).value).toEqual(['dc1']);
  });
});

test('many services of one node leave in one commit, each with its checks and nothing else', async () => {
  const storage = memoryStorage();
  const harness = await startServer({ storage });
  const ids = Array.from({ length: 50 }, (_, i) => `web-${i}`);
  const check = (id: string) => ({ Node: 'n1', CheckID: `check of ${id}`, Name: 'c', Status: 'passing' as const, ServiceID: id });
  const add = (id: string) => harness.register({ service: { ID: id, Service: 'web' }, checks: [check(id)] });
  await add('stays');
  await Promise.all(ids.map(add));
  const before = await storage.barrier();
  await Promise.all(ids.map((serviceId) => harness.write({ kind: 'catalog.deregister', node: 'n1', serviceId, checkId: '' })));
  expect(await storage.barrier()).toBe(before + 1);
  const { value } = await harness.query({ kind: 'health.node', node: 'n1', filter: '' });
  expect(value.map(({ CheckID }) => CheckID)).toEqual(['check of stays']);
});

test('checks that join a service while it is deregistered leave with it', async () => {
  const { register, write, query } = await startServer();
  await register({ service: { ID: 'web', Service: 'web' } });
  const check = { Node: 'n1', CheckID: 'late', Name: 'c', Status: 'passing' as const, ServiceID: 'web' };
  const joining = register({ skipNodeUpdate: true, checks: [check] });
  const leaving = write({ kind: 'catalog.deregister', node: 'n1', serviceId: 'web', checkId: '' });
  const late = register({ skipNodeUpdate: true, checks: [{ ...check, CheckID: 'later' }] });
  await Promise.all([joining, leaving, late]);
  expect((await query({ kind: 'health.node', node: 'n1', filter: '' })).value).toEqual([]);
});
