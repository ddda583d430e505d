import { describe, expect, test } from 'vitest';
import { checkFromBody, checkInFile } from '../../../../src/model/decode/check-definition.js';
import { serviceFromBody, serviceInFile } from '../../../../src/model/decode/service-definition.js';
import { decodeFile, list } from '../../../../src/model/decode.js';

describe('a check by itself', () => {
  test('reads both spellings and takes its name for its id', () => {
    const body = {
      name: 'c',
      args: ['a', 'b'],
      interval: '5s',
      tls_skip_verify: true,
      deregister_critical_service_after: '90m',
      Timeout: 3e9,
    };
    expect(checkFromBody(body)).toMatchObject({
      CheckID: 'c',
      Name: 'c',
      Args: ['a', 'b'],
      intervalMs: 5000,
      timeoutMs: 3000,
      TLSSkipVerify: true,
      deregisterCriticalServiceAfterMs: 5_400_000,
    });
  });

  test.each([
    [{}, 'Missing check name'],
    [{ ID: 'x', TTL: '1s' }, 'Missing check name'],
    [{ Name: 'c' }, 'Invalid check: TTL must be > 0 for TTL checks'],
    [{ Name: 'c', TTL: true }, 'Invalid check: TTL must be > 0 for TTL checks'],
    [{ Name: 'c', Interval: '10s' }, 'Invalid check: TTL must be > 0 for TTL checks'],
    [{ Name: 'c', HTTP: 'http://x' }, 'Invalid check: Interval must be > 0 for Script, HTTP, H2PING, or TCP checks'],
    [{ Name: 'c', Args: ['true'] }, 'Invalid check: Interval must be > 0 for Script, HTTP, H2PING, or TCP checks'],
    [{ Name: 'c', TTL: '10s', Interval: '10s' }, 'Invalid check: Interval and TTL cannot both be specified'],
    [{ Name: 'c', TTL: '10s', Status: 'up' }, 'Bad check status'],
    [{ Name: 'c', TTL: '10s', AliasService: 'x' }, 'Invalid check: TTL must be not be set for Alias checks'],
    [{ Name: 'c', AliasService: 'x', HTTP: 'http://x', Interval: '1s' }, 'Invalid check: Interval cannot be set for Alias checks'],
    [{ Name: 'c', TTL: '1s', OutputMaxSize: -1 }, 'Invalid check: MaxOutputMaxSize must be positive'],
    [{ Name: 'c', TTL: 'bad' }, 'Request decode failed: time: invalid duration "bad"'],
    [{ Name: 'c', TTL: '1s', CheckID: 'x' }, 'Request decode failed: json: unknown field "CheckID"'],
    [{ Name: 'c', Script: 'x', Interval: '1s' }, 'Request decode failed: json: unknown field "Script"'],
  ])('%j: %s', (body, says) => {
    expect(() => checkFromBody(body)).toThrow(expect.objectContaining({ code: 'bad-request', message: says }));
  });
});

describe('a service', () => {
  test('given only a name has defaults for the rest', () => {
    expect(serviceFromBody({ Name: 'web' })).toMatchObject({
      ID: 'web',
      Name: 'web',
      Kind: '',
      Tags: [],
      Meta: null,
      TaggedAddresses: null,
      Weights: { Passing: 1, Warning: 1 },
      Proxy: { Mode: '', MeshGateway: {}, Expose: {} },
      Connect: {},
      Checks: [],
      sidecar: null,
    });
  });

  test('reads the spellings of files where the API does', () => {
    const body = {
      name: 'web',
      enable_tag_override: true,
      tagged_addresses: { lan: { address: '10.1.1.1', port: 1 } },
      check: { ttl: '30s' },
    };
    expect(serviceFromBody(body)).toMatchObject({
      EnableTagOverride: true,
      TaggedAddresses: { lan: { Address: '10.1.1.1', Port: 1 } },
      Checks: [{ ttlMs: 30_000, CheckID: '' }],
    });
  });

  test.each([
    [{}, 'Missing service name'],
    [{ Name: 'w', Address: '0.0.0.0' }, 'Invalid service address'],
    [{ Name: 'w', Address: '[::]' }, 'Invalid service address'],
    [{ Name: 'w', Weights: { Passing: 0, Warning: 1 } }, 'Invalid Weights: Passing must be greater than 0'],
    [{ Name: 'w', Weights: { Passing: 1, Warning: -1 } }, 'Invalid Weights: Warning must be greater or equal than 0'],
    [{ Name: 'w', Weights: { Passing: 65536, Warning: 1 } }, 'Invalid Weights: DNS Weight must be between 0 and 65535'],
    [{ Name: 'w', Check: { HTTP: 'http://x' } }, 'Invalid check: Interval must be > 0 for Script, HTTP, H2PING, or TCP checks'],
    [{ Name: 'w', Check: { TTL: '5s', Status: 'sad' } }, "Status for checks must 'passing', 'warning', 'critical'"],
    [{ Name: 'w', socket_path: '/s' }, 'Request decode failed: json: unknown field "socket_path"'],
    [{ Name: 'w', Check: { ID: 'x', TTL: '1s' } }, 'Request decode failed: json: unknown field "ID"'],
    [
      { Name: 'w', Meta: { 'dot.key': 'v' } },
      "Invalid Service Meta: Couldn't load metadata pair ('dot.key', 'v'): Key contains invalid characters",
    ],
    [{ Name: 'w', Meta: { '': 'v' } }, "Invalid Service Meta: Couldn't load metadata pair ('', 'v'): Key cannot be blank"],
    [
      { Name: 'p', Kind: 'connect-proxy' },
      '2 errors occurred:\n\t* Proxy.DestinationServiceName must be non-empty for Connect proxy services\n\t* Port or SocketPath must be set for a Connect proxy\n\n',
    ],
    [
      { Name: 'p', Kind: 'connect-proxy', Port: 1, Proxy: { DestinationServiceName: 'x', Upstreams: [{ DestinationName: 'a' }] } },
      '1 error occurred:\n\t* upstream local bind port or local socket path must be defined and nonzero\n\n',
    ],
  ])('%j: %s', (body, says) => {
    expect(() => serviceFromBody(body)).toThrow(expect.objectContaining({ code: 'bad-request', message: says }));
  });

  test('keeps the proxy as the catalog shows it', () => {
    const body = {
      Name: 'p',
      Kind: 'connect-proxy',
      Port: 1,
      Proxy: {
        DestinationServiceName: 'x',
        LocalServicePort: 80,
        Config: { n: 1.5 },
        Upstreams: [{ DestinationName: 'db', LocalBindPort: 9 }],
      },
    };
    expect(serviceFromBody(body).Proxy).toEqual({
      DestinationServiceName: 'x',
      LocalServicePort: 80,
      Config: { n: 1.5 },
      Mode: '',
      Upstreams: [{ DestinationType: 'service', DestinationName: 'db', Datacenter: '', LocalBindPort: 9, MeshGateway: {} }],
      MeshGateway: {},
      Expose: {},
    });
  });

  test('may carry a sidecar', () => {
    expect(serviceFromBody({ Name: 'w', Connect: { SidecarService: { Port: 7 } } }).sidecar).toMatchObject({ Port: 7, Name: '' });
  });
});

describe('definitions in files', () => {
  test('the single check comes after the list, and weights given in part are 1', () => {
    const { value } = decodeFile(serviceInFile, {
      name: 's',
      weights: { passing: 3 },
      checks: [{ ttl: '1h' }],
      check: { ttl: '3h', id: 'x' },
    });
    expect(value.Checks.map(({ ttlMs, CheckID }) => [ttlMs, CheckID])).toEqual([
      [3_600_000, ''],
      [10_800_000, 'x'],
    ]);
    expect(value.Weights).toEqual({ Passing: 3, Warning: 1 });
  });

  test('old spellings of check keys are read', () => {
    const check = {
      id: 'a',
      name: 'a',
      ScriptArgs: ['/bin/true'],
      ServiceID: 's1',
      DeregisterCriticalServiceAfter: '90m',
      tlsskipverify: true,
    };
    expect(decodeFile(checkInFile, check).value).toMatchObject({
      Args: ['/bin/true'],
      ServiceID: 's1',
      TLSSkipVerify: true,
      deregisterCriticalServiceAfterMs: 5_400_000,
    });
  });

  test('unknown keys have the path of the list they stand in', () => {
    const services = [{ name: 'a' }, { name: 'b', EnableTagOverride: true, checks: [{ ttl: '1s' }, { ttl: '1s', zzz: 1, script: 'x' }] }];
    const { context } = decodeFile(list(serviceInFile), services, 'services');
    expect(context.unknownKeys.map(({ path }) => path)).toEqual([
      'services[1].EnableTagOverride',
      'services[1].checks[1].zzz',
      'services[1].checks[1].script',
    ]);
  });

  test('what makes no sense is collected with the name of its owner', () => {
    const service = { name: 'a', weights: { passing: 0 }, meta: { 'a b': 'x' }, port: 1, socket_path: '/x' };
    const checks = [{ id: 'one', name: 'a', interval: '3x', status: 'up' }];
    expect(decodeFile(serviceInFile, service).context.wrongValues).toEqual([
      'Invalid weight definition for service a: Passing must be greater than 0',
      "invalid meta for service a: Couldn't load metadata pair ('a b', 'x'): Key contains invalid characters",
      'service a cannot have both socket path /x and address/port',
    ]);
    expect(decodeFile(list(checkInFile), checks, 'checks').context.wrongValues).toEqual([
      'check[one].interval: invalid duration: "3x": time: unknown unit "x" in duration "3x"',
      'check[one].status: invalid status "up"; use passing, warning or critical',
    ]);
  });
});
