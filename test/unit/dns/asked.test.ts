import { describe, expect, test } from 'vitest';
import { type Asked, asked, zoneOf } from '../../../src/dns/asked.js';
import { Type } from '../../../src/dns/wire/codes.js';

const nothing: Asked = { kind: 'nothing' };
const service = (service: string, tag = '', datacenter = ''): Asked => ({ kind: 'service', service, tag, connect: false, datacenter });

describe('names left of the domain', () => {
  test.each<{ name: string; type?: number; what: Asked }>([
    { name: 'web.service', what: service('web') },
    { name: 'web.service.dc2', what: service('web', '', 'dc2') },
    { name: 'web.service.dc2.more', what: nothing },
    { name: 'service', what: nothing },
    { name: 'v1.web.service', what: service('web', 'v1') },
    { name: 'v1.2.web.service', what: service('web', 'v1.2') },
    { name: '_web._tcp.service', what: service('web') },
    { name: '_web._udp.service', what: service('web', 'udp') },
    { name: '_web.service', what: service('_web') },
    { name: 'x._web._tcp.service', what: service('_tcp', 'x._web') },
    { name: '_web._tcp', type: Type.SRV, what: service('web') },
    { name: '_web._tcp.dc2', type: Type.SRV, what: service('web', '', 'dc2') },
    { name: '_web._tcp', type: Type.A, what: nothing },
    { name: 'web.connect', what: { kind: 'service', service: 'web', tag: '', connect: true, datacenter: '' } },
    { name: 'a.query.query.dc2', what: { kind: 'query', query: 'a.query', datacenter: 'dc2' } },
    { name: 'query', what: nothing },
    { name: 'a.b.node', what: { kind: 'node', node: 'a.b', datacenter: '' } },
    { name: 'service.node', what: { kind: 'node', node: 'service', datacenter: '' } },
    { name: '0a000001.addr.dc1.more', what: { kind: 'address', digits: '0a000001', owner: '0a000001.addr.dc1.more' } },
    { name: 'a.b.addr', what: nothing },
    { name: 'web', what: nothing },
  ])('$name', ({ name, type = Type.A, what }) => {
    expect(asked(name.split('.'), type)).toEqual(what);
  });
});

describe('zones', () => {
  const domains = [['consul'], ['test', 'consul'], []];
  test.each([
    ['web.service.consul', 'domain', 'web.service'],
    ['web.service.test.consul', 'domain', 'web.service'],
    ['consul', 'domain', ''],
    ['notconsul', 'outside', null],
    ['consul.example', 'outside', null],
    ['1.0.0.10.in-addr.arpa', 'reverse', null],
  ])('%s', (name, kind, left) => {
    const zone = zoneOf(name.split('.'), domains);
    expect(zone.kind).toBe(kind);
    if (left !== null && zone.kind === 'domain') expect(zone.labels.join('.')).toBe(left);
  });
});
