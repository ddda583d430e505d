import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PreparedQueryInput, QueryService } from '../../../src/model/prepared-query.js';
import { type Harness, startServer } from './harness.js';

let mesh: Harness;
beforeEach(async () => {
  mesh = await startServer();
});
afterEach(() => mesh.server.stop());

const noService: QueryService = {
  ...{ Service: 'web', Failover: { NearestN: 0, Datacenters: null }, OnlyPassing: false, IgnoreCheckIDs: null },
  ...{ Near: '', Tags: null, NodeMeta: null, ServiceMeta: null, Connect: false },
};

function input(more: Partial<PreparedQueryInput> = {}, service: Partial<QueryService> = {}): PreparedQueryInput {
  const Template = { Type: '', Regexp: '', RemoveEmptyTags: false };
  return { ID: '', Name: 'q', Session: '', Token: '', Template, DNS: { TTL: '' }, ...more, Service: { ...noService, ...service } };
}

const prefixMatch = { Type: 'name_prefix_match', Regexp: '', RemoveEmptyTags: false };
const create = (more?: Partial<PreparedQueryInput>, service?: Partial<QueryService>) =>
  mesh.write({ kind: 'query.create', query: input(more, service) });
const list = async () => (await mesh.query({ kind: 'query.list' })).value;

async function execute(nameOrId: string, { near = '', limit = 0, address = '' } = {}) {
  const source = { agentNode: 'n1', address };
  return (await mesh.query({ kind: 'query.execute', nameOrId, near, limit, connect: false, source })).value;
}

async function nodesOf(nameOrId: string, more?: { near?: string; limit?: number; address?: string }) {
  return (await execute(nameOrId, more))?.Nodes.map(({ Node }) => Node.Node);
}

async function webOn(node: string, address: string, x?: number) {
  await mesh.register({ node: { Node: node, Address: address }, service: { Service: 'web', ID: 'web' } });
  if (x === undefined) return;
  const Coord = { Vec: [x, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 0 };
  await mesh.write({ kind: 'coordinate.update', coordinate: { Node: node, Segment: '', Coord } });
}

describe('names', () => {
  test('are taken once, in any case, also when two ask at the same time', async () => {
    const made = await Promise.allSettled([create({ Name: 'A' }), create({ Name: 'a' }), create({ Name: 'b' })]);
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await list()).map(({ Name }) => Name).sort()).toEqual(['A', 'b']);
  });

  test('may not be the id of another query', async () => {
    const id = await create();
    await expect(create({ Name: id })).rejects.toThrow(`name '${id}' aliases an existing query ID`);
  });

  test('are free again when the query has another one, or is gone', async () => {
    const id = await create({ Name: 'old' });
    await mesh.write({ kind: 'query.update', query: input({ ID: id, Name: 'new' }) });
    await create({ Name: 'old' });
    await mesh.write({ kind: 'query.delete', id });
    await create({ Name: 'new' });
    expect((await list()).length).toBe(2);
  });

  test('one of its own beats templates, the longest template beats the others, one without a name takes the rest', async () => {
    await create({ Name: 'geo-', Template: prefixMatch }, { Service: 'short' });
    await create({ Name: 'Geo-DB-', Template: prefixMatch }, { Service: 'long' });
    await create({ Name: '', Template: prefixMatch }, { Service: 'any' });
    await create({ Name: 'geo-db-1' }, { Service: 'exact' });
    const found = async (name: string) => (await execute(name))?.Service;
    expect([await found('geo-x'), await found('GEO-db-2'), await found('geo-db-1'), await found('x')]).toEqual([
      ...['short', 'long', 'exact', 'any'],
    ]);
    await expect(create({ Name: '', Template: prefixMatch })).rejects.toThrow('a template with an empty name already exists');
  });

  test('a template cannot be asked for by its id', async () => {
    const id = await create({ Template: prefixMatch });
    await expect(execute(id)).rejects.toThrow('prepared query templates can only be resolved up by name, not by ID');
  });
});

describe('a query that is bound to a session', () => {
  test('needs no name and goes with the session', async () => {
    await mesh.register({});
    const session = await mesh.session();
    await create({ Name: '', Session: session });
    await create({ Name: '', Session: session });
    await create({ Name: 'stays' });
    await mesh.write({ kind: 'session.destroy', id: session });
    expect((await list()).map(({ Name }) => Name)).toEqual(['stays']);
  });

  test('is never left behind when both happen at once', async () => {
    await mesh.register({});
    const session = await mesh.session();
    const [made] = await Promise.allSettled([create({ Session: session }), mesh.write({ kind: 'session.destroy', id: session })]);
    expect(made.status).toBe('fulfilled');
    expect(await list()).toEqual([]);
    await expect(create({ Session: session })).rejects.toThrow(`invalid session "${session}"`);
  });
});

describe('waiting', () => {
  test('for one query ends with that one alone, for the list with any', async () => {
    const id = await create();
    const { index } = await mesh.query({ kind: 'query.read', id });
    const woken: string[] = [];
    const one = mesh.query({ kind: 'query.read', id }, { minIndex: index }).then(() => woken.push('one'));
    const all = mesh.query({ kind: 'query.list' }, { minIndex: index }).then(() => woken.push('all'));
    await create({ Name: 'other' });
    await all;
    expect(woken).toEqual(['all']);
    await mesh.write({ kind: 'query.delete', id });
    await one;
    expect(woken).toEqual(['all', 'one']);
  });
});

describe('the order of what is found', () => {
  beforeEach(async () => {
    await webOn('n1', '10.0.0.1', 0);
    await webOn('n2', '10.0.0.2', 3);
    await webOn('n3', '10.0.0.3', 1);
    await webOn('n4', '10.0.0.4');
  });

  test('is the distance from the node named by the query, with unknown ones last', async () => {
    await create({ Name: 'q' }, { Near: '_agent' });
    expect(await nodesOf('q')).toEqual(['n1', 'n3', 'n2', 'n4']);
    expect(await nodesOf('q', { near: 'N2' })).toEqual(['n2', 'n3', 'n1', 'n4']);
    expect(await nodesOf('q', { near: 'n2', limit: 2 })).toEqual(['n2', 'n3']);
  });

  test('or from the node that has the address of who asks', async () => {
    await create({ Name: 'q' }, { Near: '_ip' });
    expect((await nodesOf('q', { address: '10.0.0.3' }))?.slice(0, 1)).toEqual(['n3']);
    expect((await execute('q', { address: '10.9.9.9' }))?.isNearestFirst).toBe(false);
  });

  test('of lists in the catalog and of health follows coordinates as they change', async () => {
    const names = async () => {
      const { value } = await mesh.query({ kind: 'health.service', ...listOf('n1') });
      return value.map(({ Node }) => Node.Node);
    };
    expect(await names()).toEqual(['n1', 'n3', 'n2', 'n4']);
    await webOn('n2', '10.0.0.2', 0.5);
    expect(await names()).toEqual(['n1', 'n2', 'n3', 'n4']);
    await mesh.write({ kind: 'catalog.deregister', node: 'n2', serviceId: '', checkId: '' });
    await webOn('n2', '10.0.0.2');
    expect(await names()).toEqual(['n1', 'n3', 'n2', 'n4']);
  });
});

function listOf(near: string) {
  return { service: 'web', tags: [], connect: false, passing: false, filter: '', near, nodeMeta: {} };
}

describe('coordinates', () => {
  test('of nodes that are not there are forgotten, those that make no sense refused', async () => {
    const Coord = { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 0 };
    await mesh.write({ kind: 'coordinate.update', coordinate: { Node: 'ghost', Segment: '', Coord } });
    expect((await mesh.query({ kind: 'coordinate.nodes', segment: '' })).value).toEqual([]);
    const short = { ...Coord, Vec: [1] };
    const update = mesh.write({ kind: 'coordinate.update', coordinate: { Node: 'n1', Segment: '', Coord: short } });
    await expect(update).rejects.toThrow(/^incompatible coordinate/);
  });

  test('the same again moves no index', async () => {
    await webOn('n1', '10.0.0.1', 2);
    const { index } = await mesh.query({ kind: 'coordinate.node', node: 'N1', segment: '' });
    await webOn('n1', '10.0.0.1', 2);
    const again = await mesh.query({ kind: 'coordinate.node', node: 'n1', segment: '' });
    expect([again.index, again.value[0]?.Coord.Vec[0]]).toEqual([index, 2]);
    expect((await mesh.query({ kind: 'coordinate.node', node: 'n1', segment: 'x' })).value).toEqual([]);
  });
});
