import { afterEach, expect, test } from 'vitest';
import { autopilotDefaults } from '../../../src/model/operator.js';
import { type Harness, startServer } from './harness.js';

let mesh: Harness;
afterEach(() => mesh.server.stop());

const set = (cas?: number, MaxTrailingLogs = 1) =>
  mesh.write({ kind: 'operator.autopilot', settings: { ...autopilotDefaults, MaxTrailingLogs }, ...(cas !== undefined && { cas }) });
const configuration = async () => (await mesh.query({ kind: 'operator.autopilot' })).value;

test('the autopilot configuration: defaults before anything was written, then compare-and-set on its index', async () => {
  mesh = await startServer();
  expect(await configuration()).toEqual({ ...autopilotDefaults, CreateIndex: 0, ModifyIndex: 0 });
  expect(await set(0)).toBe(true);
  expect(await set(0, 2)).toBe(false);
  expect(await set(9, 2)).toBe(false);
  expect(await configuration()).toMatchObject({ MaxTrailingLogs: 1, CreateIndex: 1, ModifyIndex: 1 });
  expect(await set(1, 3)).toBe(true);
  expect(await set(undefined, 4)).toBe(true);
  expect(await configuration()).toMatchObject({ MaxTrailingLogs: 4, CreateIndex: 1, ModifyIndex: 3 });
});

test('the only server leads, votes and is healthy', async () => {
  mesh = await startServer();
  const server = { ID: 'server-id', Address: '10.0.0.1:8300', Leader: true, Voter: true };
  expect((await mesh.query({ kind: 'operator.raft' })).value.Servers).toMatchObject([server]);
  expect((await mesh.query({ kind: 'operator.health' })).value).toMatchObject({ Healthy: true, FailureTolerance: 0, Servers: [server] });
});

test('usage counts nodes, services and instances; proxies and servers are nobody’s programs', async () => {
  mesh = await startServer();
  await mesh.register({ service: { ID: 'consul', Service: 'consul' } });
  await mesh.register({ service: { ID: 'web-1', Service: 'web' } });
  await mesh.register({ service: { ID: 'web-2', Service: 'Web', Connect: { Native: true } } });
  await mesh.register({ service: { ID: 'p', Service: 'p', Kind: 'connect-proxy', Proxy: { DestinationServiceName: 'web' }, Port: 1 } });
  expect((await mesh.query({ kind: 'operator.usage' })).value).toMatchObject({
    ...{ Nodes: 1, Services: 3, ServiceInstances: 4, BillableServiceInstances: 2 },
    ConnectServiceInstances: { 'connect-native': 1, 'connect-proxy': 1 },
  });
});
