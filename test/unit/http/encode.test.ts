import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentHealth, agentService } from '../../../src/http/encode/agent.js';
import { checkForm, checkTxnForm, healthBody, instancesBody, nodeForm, serviceForm } from '../../../src/http/encode/catalog.js';
import { Encoded } from '../../../src/http/encode/encoded.js';
import { indentJson, jsonMap, jsonText, jsonValue } from '../../../src/http/encode/json.js';
import { kvEntry, kvListBody } from '../../../src/http/encode/kv.js';
import { sessionBody } from '../../../src/http/encode/session.js';
import { txnOutcome } from '../../../src/http/encode/txn.js';
import { keyFromText } from '../../../src/model/kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord, SessionRecord } from '../../../src/model/records.js';

const indexes = { CreateIndex: 1, ModifyIndex: 2 };
const node: NodeRecord = { ID: '', Node: 'n', Address: '10.0.0.1', Datacenter: 'dc1', TaggedAddresses: null, Meta: null, ...indexes };
const service: ServiceRecord = {
  ...{ Node: 'n', Kind: '', ID: 's', Service: 'web', Tags: [], Address: '', TaggedAddresses: null, Meta: null, Port: 0, SocketPath: '' },
  ...{ Weights: { Passing: 1, Warning: 1 }, EnableTagOverride: false, Proxy: { Mode: '', MeshGateway: {}, Expose: {} }, Connect: {} },
  ...indexes,
};
const check: CheckRecord = {
  ...{ Node: 'n', CheckID: 'c', Name: 'C', Status: 'passing', Notes: '', Output: '<ok>', ServiceID: '', ServiceName: '', ServiceTags: [] },
  ...{ Type: '', Interval: '', Timeout: '', ExposedPort: 0, Definition: {} },
  ...indexes,
};
const entry: KvEntry = { Key: keyFromText('k'), Flags: '0', Value: '', LockIndex: 0, Session: '', ...indexes };

describe('text', () => {
  test.each([
    ['plain', '"plain"'],
    ['<a>&"\\', '"\\u003ca\\u003e\\u0026\\"\\\\"'],
    ['\b\f\n\t\x01', '"\\u0008\\u000c\\n\\t\\u0001"'],
    ['\\b', '"\\\\b"'],
    ['\u2028ü😀', '"\\u2028ü😀"'],
  ])('%j is written %s', (text, json) => {
    expect(jsonText(text)).toBe(json);
  });

  test('any text can be read back', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => JSON.parse(jsonText(text)) === text));
    fc.assert(fc.property(fc.jsonValue(), (value) => JSON.stringify(JSON.parse(jsonValue(value))) === JSON.stringify(value)));
  });

  test('maps are in the order of their keys', () => {
    expect(jsonMap({ b: '1', 'a<': '2' }, jsonText)).toBe('{"a\\u003c":"2","b":"1"}');
    expect(jsonMap(null, jsonText)).toBe('null');
    expect(jsonMap(null, jsonText, '{}')).toBe('{}');
  });
});

describe('indentation', () => {
  test('is four blanks, and empty lists stay in one piece', () => {
    expect(indentJson('{"a":[1,{"b":[]}],"c":{},"d":"x,{\\"y"}')).toBe(
      '{\n    "a": [\n        1,\n        {\n            "b": []\n        }\n    ],\n    "c": {},\n    "d": "x,{\\"y"\n}\n',
    );
  });

  test('changes nothing but blanks', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => JSON.stringify(JSON.parse(indentJson(jsonValue(value)))) === JSON.stringify(value)));
  });
});

describe('a key', () => {
  test('without a value has null, and no session when it is free', () => {
    expect(kvEntry(entry)).toBe('{"LockIndex":0,"Key":"k","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":2}');
    expect(kvEntry({ ...entry, Session: 's', Value: 'eA==' }, false)).toContain('"Value":null,"Session":"s"');
  });

  test('list is encoded once per answer', () => {
    const list = [entry];
    expect(kvListBody(list)).toBe(kvListBody(list));
    expect(kvListBody([entry])).not.toBe(kvListBody(list));
  });
});

describe('catalog and health forms', () => {
  test('a node shows null for what it has not', () => {
    expect(nodeForm(node)).toBe(
      '{"ID":"","Node":"n","Address":"10.0.0.1","Datacenter":"dc1","TaggedAddresses":null,"Meta":null,"CreateIndex":1,"ModifyIndex":2}',
    );
  });

  test('a service leaves out kind, port, socket and tagged addresses when they are empty', () => {
    expect(serviceForm(service)).toBe(
      '{"ID":"s","Service":"web","Tags":[],"Address":"","Meta":null,"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"CreateIndex":1,"ModifyIndex":2}',
    );
    const full = {
      ...service,
      Kind: 'connect-proxy',
      Port: 1,
      SocketPath: '/s',
      Meta: {},
      TaggedAddresses: { lan: { Address: 'a', Port: 2 } },
    };
    expect(JSON.parse(serviceForm(full as ServiceRecord))).toMatchObject({ Kind: 'connect-proxy', Port: 1, SocketPath: '/s', Meta: null });
  });

  test('the flat form shows all of it', () => {
    const [flat] = JSON.parse(instancesBody([{ Node: node, Service: service }]).body.toString());
    expect(flat).toMatchObject({ ServiceMeta: {}, ServicePort: 0, ServiceKind: '', ServiceSocketPath: '', NodeMeta: null });
    expect(flat).not.toHaveProperty('ServiceTaggedAddresses');
  });

  test('only transactions show null for no tags', () => {
    expect(checkForm(check)).toContain('"ServiceTags":[]');
    expect(checkTxnForm(check)).toContain('"ServiceTags":null');
  });

  test('a health entry is made of the kept forms of its parts', () => {
    const json = healthBody([{ Node: node, Service: service, Checks: [check] }]).body.toString();
    expect(json).toBe(`[{"Node":${nodeForm(node)},"Service":${serviceForm(service)},"Checks":[${checkForm(check)}]}]`);
  });
});

test('a session shows its lists of checks as they are, null or empty', () => {
  const session: SessionRecord = {
    ...{ ID: 'i', Name: '', Node: 'n', LockDelay: 15e9, Behavior: 'release', TTL: '', NodeChecks: [], ServiceChecks: null },
    ...indexes,
  };
  expect(sessionBody(session).body.toString()).toBe(
    '[{"ID":"i","Name":"","Node":"n","LockDelay":15000000000,"Behavior":"release","TTL":"","NodeChecks":[],"ServiceChecks":null,"CreateIndex":1,"ModifyIndex":2}]',
  );
});

describe('a transaction', () => {
  test('that failed has no results', () => {
    expect(txnOutcome({ results: [], errors: [{ OpIndex: 1, What: 'a "b"' }] }, null)).toBe(
      '{"Results":null,"Errors":[{"OpIndex":1,"What":"a \\"b\\""}]}',
    );
  });

  test('of reads alone tells its meta data', () => {
    expect(txnOutcome({ results: [], errors: [] }, { lastContactMs: 3, knownLeader: true })).toBe(
      '{"Results":[],"Errors":null,"Index":1,"LastContact":3,"KnownLeader":true,"ConsistencyLevel":"","NotModified":false,"Backend":0}',
    );
  });
});

describe('the agent', () => {
  test('shows a proxy only for kinds, without its empty mode, destination types and datacenters', () => {
    const view = { datacenter: 'dc1', contentHash: '' };
    expect(agentService(service, view)).not.toContain('Proxy');
    const block = { Mode: '', Upstreams: [{ DestinationType: '', Datacenter: '', DestinationName: 'db' }], MeshGateway: {}, Expose: {} };
    const proxy = { ...service, Kind: 'connect-proxy' as const, Proxy: block };
    expect(JSON.parse(agentService(proxy, view)).Proxy).toEqual({ Upstreams: [{ DestinationName: 'db' }], MeshGateway: {}, Expose: {} });
  });

  test('tells the health of a service that does not exist', () => {
    expect(agentHealth('critical', null, null)).toBe('{"AggregatedStatus":"critical","Service":null,"Checks":null}');
  });
});

test('a body knows its length in bytes', () => {
  expect(new Encoded('"ü"')).toMatchObject({ contentLength: '4' });
});
