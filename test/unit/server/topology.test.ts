import { afterEach, describe, expect, test } from 'vitest';
import { decodeConfigEntry } from '../../../src/model/config-entry/decode.js';
import { type Harness, startServer } from './harness.js';

let mesh: Harness;
afterEach(() => mesh.server.stop());

const put = (entry: object) => mesh.write({ kind: 'config.put', entry: decodeConfigEntry(entry) });
const service = (name: string) => mesh.register({ service: { ID: name, Service: name } });
const proxy = (name: string, more: object) =>
  mesh.register({
    service: { ID: `${name}-proxy`, Service: `${name}-proxy`, Kind: 'connect-proxy', Proxy: { DestinationServiceName: name, ...more } },
  });
const topology = async (name: string, isGateway = false) => (await mesh.query({ kind: 'ui.topology', service: name, isGateway })).value;
const names = (list: readonly { readonly Overview: { readonly Name: string }; readonly Source: string }[]) =>
  list.map(({ Overview, Source }) => `${Overview.Name} ${Source}`);

async function start(): Promise<void> {
  mesh = await startServer();
  for (const name of ['web', 'api', 'db']) await service(name);
}

describe('who talks to whom', () => {
  test('is what proxies say they reach, both ways, without what does not exist and without queries', async () => {
    await start();
    const upstreams = [
      { DestinationName: 'API' },
      { DestinationName: 'gone' },
      { DestinationType: 'prepared_query', DestinationName: 'db' },
    ];
    await proxy('web', { Upstreams: upstreams });
    await proxy('api', { Upstreams: [{ DestinationType: 'service', DestinationName: 'db' }] });
    expect(names((await topology('web')).Upstreams)).toEqual(['api proxy-registration']);
    const api = await topology('api');
    expect([names(api.Upstreams), names(api.Downstreams)]).toEqual([['db proxy-registration'], ['web proxy-registration']]);
    expect(api).toMatchObject({ Protocol: 'tcp', TransparentProxy: false });
  });

  test('tells what intentions say of each pair', async () => {
    await start();
    await proxy('web', { Upstreams: [{ DestinationName: 'api' }, { DestinationName: 'db' }] });
    await put({ Kind: 'service-intentions', Name: 'db', Sources: [{ Name: '*', Action: 'deny' }] });
    const Permissions = [{ Action: 'allow', HTTP: { PathPrefix: '/' } }];
    await put({ Kind: 'service-defaults', Name: 'api', Protocol: 'http' });
    await put({ Kind: 'service-intentions', Name: 'api', Sources: [{ Name: 'web', Permissions }] });
    expect((await topology('web')).Upstreams.map(({ Intention }) => Intention)).toEqual([
      { DefaultAllow: true, Allowed: false, HasPermissions: true, ExternalSource: '', HasExact: true },
      { DefaultAllow: true, Allowed: false, HasPermissions: false, ExternalSource: '', HasExact: false },
    ]);
    expect((await topology('api')).Protocol).toBe('http');
  });

  test('where traffic is redirected to proxies, an intention that names both ends stands for it', async () => {
    await start();
    await proxy('web', { Mode: 'transparent' });
    await put({ Kind: 'service-intentions', Name: 'db', Sources: [{ Name: 'web', Action: 'allow' }] });
    await put({ Kind: 'service-intentions', Name: 'api', Sources: [{ Name: '*', Action: 'allow' }] });
    await put({
      Kind: 'service-intentions',
      Name: 'web',
      Sources: [
        { Name: 'api', Action: 'allow' },
        { Name: 'db', Action: 'deny' },
      ],
    });
    const web = await topology('web');
    expect([names(web.Upstreams), names(web.Downstreams)]).toEqual([['db specific-intention'], ['api specific-intention']]);
    expect(web.TransparentProxy).toBe(true);
  });

  test('a wait ends when somebody else begins to reach it', async () => {
    await start();
    const { index } = await mesh.query({ kind: 'ui.topology', service: 'db', isGateway: false });
    const waiting = mesh.query({ kind: 'ui.topology', service: 'db', isGateway: false }, { minIndex: index });
    await proxy('api', { Upstreams: [{ DestinationName: 'db' }] });
    expect(names((await waiting).value.Downstreams)).toEqual(['api proxy-registration']);
  });
});

describe('what a gateway serves', () => {
  test('is shown with the intentions that concern it, each once', async () => {
    await start();
    const Listeners = [
      { Port: 80, Protocol: 'tcp', Services: [{ Name: 'web' }] },
      { Port: 81, Protocol: 'tcp', Services: [{ Name: 'api' }] },
    ];
    await put({ Kind: 'ingress-gateway', Name: 'edge', Listeners });
    await put({ Kind: 'service-intentions', Name: '*', Sources: [{ Name: 'edge', Action: 'allow' }] });
    await put({ Kind: 'service-intentions', Name: 'web', Sources: [{ Name: 'db', Action: 'deny' }] });
    const served = await mesh.query({ kind: 'ui.gateway-services', gateway: 'edge' });
    expect(served.value.map(({ Name }) => Name)).toEqual(['api', 'web']);
    const { value } = await mesh.query({ kind: 'ui.gateway-intentions', gateway: 'edge' });
    expect(value.map(({ SourceName, DestinationName }) => `${SourceName} ${DestinationName}`)).toEqual(['db web', 'edge *']);
    expect(names((await topology('edge', true)).Upstreams)).toEqual(['api proxy-registration', 'web proxy-registration']);
  });
});
