import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeConfigEntry } from '../../../src/model/config-entry/decode.js';
import { type Harness, listArguments, startServer } from './harness.js';

let mesh: Harness;
beforeEach(async () => {
  mesh = await startServer();
});
afterEach(() => mesh.server.stop());

const put = (entry: object, cas?: number) =>
  mesh.write({ kind: 'config.put', entry: decodeConfigEntry(entry), ...(cas !== undefined && { cas }) });
const remove = (entryKind: 'service-defaults' | 'service-splitter', name: string) => mesh.write({ kind: 'config.delete', entryKind, name });
const list = (minIndex = 0) => mesh.query({ kind: 'config.list', entryKind: '' }, { minIndex });
const http = (Name: string) => ({ Kind: 'service-defaults', Name, Protocol: 'http' });

describe('writing', () => {
  test('the same again moves no index', async () => {
    await put(http('web'));
    const before = await list();
    expect(await put(http('web'), 0)).toBe(true);
    expect((await list()).index).toBe(before.index);
  });

  test('a compare-and-set that is lost changes nothing', async () => {
    await put(http('web'));
    expect(await put({ ...http('web'), Protocol: 'tcp' }, 0)).toBe(false);
    expect((await list()).value).toMatchObject([{ Protocol: 'http' }]);
  });

  test('a name in another case is the same entry', async () => {
    await put(http('web'));
    await put({ ...http('WEB'), Protocol: 'grpc' });
    expect((await list()).value).toMatchObject([{ Name: 'WEB', Protocol: 'grpc' }]);
  });
});

test('a blocked read wakes when any entry changes', async () => {
  await put(http('web'));
  const { index } = await list();
  const waiting = list(index);
  await put(http('db'));
  expect((await waiting).value.map(({ Name }) => Name)).toEqual(['db', 'web']);
});

describe('what others need', () => {
  test('stays until they are gone', async () => {
    await put(http('web'));
    await put({ Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: 100 }] });
    await expect(remove('service-defaults', 'web')).rejects.toThrow('does not permit advanced routing');
    expect(await remove('service-splitter', 'web')).toBe(true);
    expect(await remove('service-defaults', 'web')).toBe(true);
  });

  test('is seen through redirects', async () => {
    await put(http('web'));
    await put(http('b'));
    await put(http('c'));
    await put({ Kind: 'service-resolver', Name: 'b', Redirect: { Service: 'c' } });
    await put({ Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: 100, Service: 'b' }] });
    await expect(remove('service-defaults', 'c')).rejects.toThrow('uses inconsistent protocols');
  });

  test('two writes at once do not slip past each other', async () => {
    await put(http('web'));
    const both = await Promise.allSettled([
      remove('service-defaults', 'web'),
      put({ Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: 100 }] }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('an ingress gateway leads to its own instances', async () => {
  await put({ Kind: 'ingress-gateway', Name: 'edge', Listeners: [{ Port: 80, Services: [{ Name: 'inside' }] }] });
  await mesh.register({ service: { ID: 'edge', Service: 'edge', Kind: 'ingress-gateway' } });
  const ingress = (service: string) => mesh.query({ kind: 'health.ingress', service, passing: false, ...listArguments });
  expect((await ingress('Inside')).value.map(({ Service }) => Service.ID)).toEqual(['edge']);
  expect((await ingress('other')).value).toEqual([]);
});

test('intentions are refused while the service mesh is off', async () => {
  await expect(mesh.query({ kind: 'intention.list', filter: '' })).rejects.toThrow('Connect must be enabled');
  await expect(mesh.write({ kind: 'intention.delete', source: 'a', destination: 'b' })).rejects.toThrow('Connect must be enabled');
});
