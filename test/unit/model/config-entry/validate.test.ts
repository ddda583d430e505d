import { describe, expect, test } from 'vitest';
import { decodeConfigEntry } from '../../../../src/model/config-entry/decode.js';
import { entryKinds } from '../../../../src/model/config-entry/shapes.js';
import { validateConfigEntry } from '../../../../src/model/config-entry/validate.js';

function faultOf(entry: object): string | null {
  try {
    validateConfigEntry(decodeConfigEntry(entry));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const listener = (parts: object) => ({
  Kind: 'ingress-gateway',
  Name: 'edge',
  Listeners: [{ Port: 80, Services: [{ Name: 'a' }], ...parts }],
});
const source = (...sources: object[]) => ({ Kind: 'service-intentions', Name: 'db', Sources: sources });
const resolver = (parts: object) => ({ Kind: 'service-resolver', Name: 'web', ...parts });
const route = (parts: object) => ({ Kind: 'service-router', Name: 'web', Routes: [parts] });
const splits = (...all: object[]) => ({ Kind: 'service-splitter', Name: 'web', Splits: all });

describe('what an entry may not say', () => {
  test.each([
    { name: 'a service without a name', entry: { Kind: 'service-defaults' }, fault: 'Name is required' },
    {
      name: 'defaults of all services at once',
      entry: { Kind: 'service-defaults', Name: '*' },
      fault: 'name must be the name of a service, and not a wildcard',
    },
    {
      name: 'an override for no upstream',
      entry: { Kind: 'service-defaults', Name: 'a', UpstreamConfig: { Overrides: [{ Protocol: 'tcp' }] } },
      fault: /^error in upstream override/,
    },
    {
      name: 'metadata without end',
      entry: { Kind: 'mesh', Meta: { a: 'x'.repeat(513) } },
      fault: 'Meta value for "a" exceeds maximum length 512',
    },
    { name: 'no splits', entry: splits(), fault: 'no splits configured' },
    { name: 'splits that are too little', entry: splits({ Weight: 50 }), fault: 'the sum of all split weights must be 100, not 50.000000' },
    {
      name: 'a split below nothing',
      entry: splits({ Weight: -1 }, { Weight: 101, Service: 'b' }),
      fault: 'weights must be between 0 and 100, not -1.00',
    },
    { name: 'the same split twice', entry: splits({ Weight: 50 }, { Weight: 50 }), fault: /occurs more than once/ },
    { name: 'a default subset that is none', entry: resolver({ DefaultSubset: 'v1' }), fault: 'DefaultSubset "v1" is not a valid subset' },
    { name: 'a subset in capitals', entry: resolver({ Subsets: { V1: {} } }), fault: /^Subset "V1" is invalid/ },
    { name: 'an empty redirect', entry: resolver({ Redirect: {} }), fault: 'Redirect is empty' },
    { name: 'a redirect to itself', entry: resolver({ Redirect: { Service: 'web' } }), fault: /leads back/ },
    {
      name: 'redirect beside failover',
      entry: resolver({ Redirect: { Service: 'a' }, Failover: { '*': { Service: 'b' } } }),
      fault: 'Redirect and Failover cannot both be set',
    },
    {
      name: 'failover of a subset that is none',
      entry: resolver({ Failover: { v1: { Service: 'b' } } }),
      fault: 'Bad Failover["v1"]: not a valid subset',
    },
    {
      name: 'failover to nothing',
      entry: resolver({ Failover: { '*': {} } }),
      fault: /one of Service, ServiceSubset, Namespace, or Datacenters is required/,
    },
    { name: 'a timeout below nothing', entry: resolver({ ConnectTimeout: '-5s' }), fault: "Bad ConnectTimeout '-5s', must be >= 0" },
    {
      name: 'an unknown balancing',
      entry: resolver({ LoadBalancer: { Policy: 'fancy' } }),
      fault: 'Bad LoadBalancer policy: "fancy" is not supported',
    },
    {
      name: 'a ring without a ring policy',
      entry: resolver({ LoadBalancer: { Policy: 'random', RingHashConfig: {} } }),
      fault: /RingHashConfig specified for incompatible/,
    },
    {
      name: 'two ways to match a path',
      entry: route({ Match: { HTTP: { PathExact: '/a', PathPrefix: '/b' } } }),
      fault: /at most one of PathExact/,
    },
    { name: 'a path without a slash', entry: route({ Match: { HTTP: { PathPrefix: 'a' } } }), fault: /PathPrefix doesn't start with/ },
    {
      name: 'a header match without a name',
      entry: route({ Match: { HTTP: { Header: [{ Present: true }] } } }),
      fault: 'Route[0] Header[0] missing required Name field',
    },
    {
      name: 'the same method twice, in any case',
      entry: route({ Match: { HTTP: { Methods: ['get', 'GET'] } } }),
      fault: 'Route[0] Methods contains "GET" more than once',
    },
    { name: 'a rewrite of no path', entry: route({ Destination: { PrefixRewrite: '/x' } }), fault: /cannot make use of PrefixRewrite/ },
    { name: 'no sources', entry: source(), fault: 'At least one source is required' },
    { name: 'a source without an answer', entry: source({ Name: 'a' }), fault: "Sources[0].Action must be set to 'allow' or 'deny'" },
    {
      name: 'a source twice',
      entry: source({ Name: 'a', Action: 'allow' }, { Name: 'a', Action: 'deny' }),
      fault: 'Sources[1] defines "a" more than once',
    },
    { name: 'half a wildcard', entry: source({ Name: 'a*', Action: 'allow' }), fault: /cannot be used with partial values/ },
    {
      name: 'action beside permissions',
      entry: source({ Name: 'a', Action: 'allow', Permissions: [{ Action: 'allow', HTTP: { PathPrefix: '/' } }] }),
      fault: 'Sources[0].Action must be omitted if Permissions are specified',
    },
    {
      name: 'a permission for nothing',
      entry: source({ Name: 'a', Permissions: [{ Action: 'allow' }] }),
      fault: 'Sources[0].Permissions[0].HTTP is required',
    },
    {
      name: 'two listeners on a port',
      entry: {
        Kind: 'ingress-gateway',
        Name: 'e',
        Listeners: [
          { Port: 1, Services: [{ Name: 'a' }] },
          { Port: 1, Services: [{ Name: 'b' }] },
        ],
      },
      fault: 'port 1 declared on two listeners',
    },
    { name: 'a listener without services', entry: listener({ Services: [] }), fault: 'No service declared for listener with port 80' },
    {
      name: 'two services over tcp',
      entry: listener({ Services: [{ Name: 'a' }, { Name: 'b' }] }),
      fault: /Multiple services per listener/,
    },
    { name: 'an unknown protocol', entry: listener({ Protocol: 'udp' }), fault: /'udp' is an unsupported protocol/ },
    {
      name: 'hosts over tcp',
      entry: listener({ Services: [{ Name: 'a', Hosts: ['a.example'] }] }),
      fault: /Associating hosts to a service is not supported/,
    },
    {
      name: 'a host that is none',
      entry: listener({ Protocol: 'http', Services: [{ Name: 'a', Hosts: ['a b'] }] }),
      fault: 'Host "a b" must be a valid DNS hostname',
    },
    {
      name: 'a certificate without an authority',
      entry: { Kind: 'terminating-gateway', Name: 't', Services: [{ Name: 'a', CertFile: 'c', KeyFile: 'k' }] },
      fault: /must have a CertFile, CAFile, and KeyFile/,
    },
  ])('$name', ({ entry, fault }) => {
    if (typeof fault === 'string') expect(faultOf(entry)).toBe(fault);
    else expect(faultOf(entry)).toMatch(fault);
  });

  test.each(entryKinds.filter((kind) => !['service-splitter', 'service-intentions'].includes(kind)))(
    '%s needs no more than a name',
    (Kind) => {
      expect(faultOf({ Kind, Name: 'a' })).toBeNull();
    },
  );
});

describe('how an entry is read', () => {
  test.each([
    {
      name: 'either spelling, in any case',
      given: { kind: 'service-defaults', NAME: 'a', mesh_gateway: { mode: 'local' } },
      kept: { Name: 'a', MeshGateway: { Mode: 'local' } },
    },
    { name: 'a number for a text', given: { Kind: 'service-defaults', Name: 'a', Protocol: 5 }, kept: { Protocol: '5' } },
    { name: 'a protocol in capitals', given: { Kind: 'service-defaults', Name: 'a', Protocol: 'HTTP' }, kept: { Protocol: 'http' } },
    { name: 'proxy defaults under any name', given: { Kind: 'proxy-defaults', Name: 'other' }, kept: { Name: 'global' } },
    { name: 'a weight to the hundredth', given: splits({ Weight: 33.333 }), kept: { Splits: [{ Weight: 33.33 }] } },
    {
      name: 'a block of HCL for a struct',
      given: { Kind: 'service-resolver', Name: 'a', Redirect: [{ Service: 'b' }] },
      kept: { Redirect: { Service: 'b' } },
    },
    {
      name: 'a duration in nanoseconds',
      given: { Kind: 'service-resolver', Name: 'a', ConnectTimeout: 15e9 },
      kept: { ConnectTimeout: '15s' },
    },
    {
      name: 'the wildcard source last, with what it is worth',
      given: source({ Name: '*', Action: 'deny' }, { Name: 'a', Action: 'allow' }),
      kept: {
        Sources: [
          { Name: 'a', Action: 'allow', Type: 'consul', Precedence: 9 },
          { Name: '*', Action: 'deny', Type: 'consul', Precedence: 8 },
        ],
      },
    },
  ])('$name', ({ given, kept }) => {
    expect(decodeConfigEntry(given)).toMatchObject(kept);
  });

  test('keys that are not known are told all at once, with their place', () => {
    const given = { Kind: 'service-resolver', Name: 'a', Bogus: 1, Redirect: { Zzz: 1 } };
    expect(() => decodeConfigEntry(given)).toThrow(
      '2 errors occurred:\n\t* invalid config key "Bogus"\n\t* invalid config key "Redirect.Zzz"\n\n',
    );
  });

  test('reading what was read changes nothing', () => {
    const once = decodeConfigEntry(
      resolver({ Subsets: { v1: { Filter: 'x == 1' } }, ConnectTimeout: '1m', Failover: { '*': { Datacenters: ['dc2'] } } }),
    );
    expect(decodeConfigEntry(once)).toEqual(once);
  });
});
