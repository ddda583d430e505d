/** What is encoded is decoded again by dns-packet, which others use too, to the same. */
import packet, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Type } from '../../../../src/dns/wire/codes.js';
import { encodeMessage, type Message } from '../../../../src/dns/wire/encoder.js';
import { nameBytes, nameLabels } from '../../../../src/dns/wire/name.js';
import type { DnsRecord, RecordData } from '../../../../src/dns/wire/record.js';
import { addressText } from '../../../../src/lib/ip-address.js';

const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
const zone = fc.constantFrom('consul.', 'service.consul.', 'node.dc1.Consul.', 'node.dc1.consul.');
const name = fc.tuple(fc.array(label, { minLength: 1, maxLength: 3 }), zone).map(([labels, end]) => `${labels.join('.')}.${end}`);
const uint16 = fc.integer({ min: 0, max: 65_535 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const data: fc.Arbitrary<RecordData> = fc.oneof(
  fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })).map((address) => ({
    kind: 'address' as const,
    address,
  })),
  fc.record({ kind: fc.constant('name' as const), type: fc.constantFrom(Type.CNAME, Type.NS, Type.PTR), target: name }),
  fc.record({ kind: fc.constant('SRV' as const), priority: uint16, weight: uint16, port: uint16, target: name }),
  fc.record({
    kind: fc.constant('TXT' as const),
    strings: fc.array(
      fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes)),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    kind: fc.constant('SOA' as const),
    nameServer: name,
    mailbox: name,
    numbers: fc.record({ serial: uint32, refresh: uint32, retry: uint32, expire: uint32, minTtl: uint32 }),
  }),
);
const record: fc.Arbitrary<DnsRecord> = fc.record({ owner: name, ttl: fc.integer({ min: 0, max: 2 ** 31 - 1 }), data });
const records = fc.array(record, { maxLength: 8 });
const message = fc.record({
  id: uint16,
  word: fc.constantFrom(0x8400, 0x8580, 0x8583),
  question: fc.constant(question('Web.Service.consul.', Type.A)),
  answers: records,
  authority: records,
  additional: records,
  edns: fc.constantFrom(
    null,
    { udpBytes: 1232, clientSubnet: null },
    { udpBytes: 4096, clientSubnet: Buffer.from([0, 1, 24, 0, 10, 0, 0]) },
  ),
});

function question(text: string, type: number): Buffer {
  return Buffer.concat([nameBytes(text) ?? Buffer.alloc(0), Buffer.from([type >> 8, type & 255, 0, 1])]);
}

/** As dns-packet shows a record, without dots at the end. */
function shown({ owner, ttl, data }: DnsRecord): unknown {
  const cut = (text: string) => text.slice(0, -1);
  const base = { name: cut(owner), ttl };
  switch (data.kind) {
    case 'address':
      return { ...base, type: data.address.length === 4 ? 'A' : 'AAAA', data: addressText(data.address) };
    case 'name':
      return { ...base, type: { 2: 'NS', 5: 'CNAME', 12: 'PTR' }[data.type], data: cut(data.target) };
    case 'SRV':
      return { ...base, type: 'SRV', data: { priority: data.priority, weight: data.weight, port: data.port, target: cut(data.target) } };
    case 'TXT':
      return { ...base, type: 'TXT', data: data.strings.map((text) => text.toString('hex')) };
    case 'SOA': {
      const { serial, refresh, retry, expire, minTtl } = data.numbers;
      return {
        ...base,
        type: 'SOA',
        data: { mname: cut(data.nameServer), rname: cut(data.mailbox), serial, refresh, retry, expire, minimum: minTtl },
      };
    }
  }
}

function decoded(answers: readonly Answer[]): unknown[] {
  return answers.map((answer) => {
    if (answer.type === 'OPT') return answer;
    const { name, ttl, type, data } = answer as { name: string; ttl: number; type: string; data: unknown };
    if (type === 'AAAA') return { name, ttl, type, data: canonical(String(data)) };
    return { name, ttl, type, data: type === 'TXT' ? (data as Buffer[]).map((text) => text.toString('hex')) : data };
  });
}

function canonical(text: string): string {
  const groups = text.split('::').map((part) => (part ? part.split(':') : []));
  const zeros = new Array(8 - groups.flat().length).fill('0');
  const words = groups.length === 2 ? [...(groups[0] ?? []), ...zeros, ...(groups[1] ?? [])] : (groups[0] ?? []);
  return addressText(Uint8Array.from(words.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255])));
}

describe('messages', () => {
  test.each([true, false])('are read as they were meant, compressed: %s', (compress) => {
    fc.assert(
      fc.property(message, (message: Message) => {
        const bytes = encodeMessage(message, compress);
        const read = packet.decode(bytes);
        expect(read.id).toBe(message.id);
        expect(bytes.readUInt16BE(2)).toBe(message.word);
        expect(read.questions?.map(({ name }) => name)).toEqual(['Web.Service.consul']);
        expect(decoded(read.answers ?? [])).toEqual(message.answers.map(shown));
        expect(decoded(read.authorities ?? [])).toEqual(message.authority.map(shown));
        const additional = read.additionals ?? [];
        expect(decoded(additional.filter(({ type }) => type !== 'OPT'))).toEqual(message.additional.map(shown));
        const opt = additional.find((answer) => answer.type === 'OPT');
        expect(opt?.type === 'OPT' ? opt.udpPayloadSize : null).toBe(message.edns?.udpBytes ?? null);
        if (compress) expect(bytes.length).toBeLessThanOrEqual(encodeMessage(message, false).length);
      }),
      { numRuns: 300 },
    );
  });
  test('ten SRV with their addresses are short', () => {
    const servers = Array.from({ length: 10 }, (_, i) => `node${i}.node.dc1.consul.`);
    const srv = (target: string): DnsRecord => ({
      owner: 'web.service.consul.',
      ttl: 0,
      data: { kind: 'SRV', priority: 1, weight: 1, port: 80, target },
    });
    const address = (owner: string): DnsRecord => ({ owner, ttl: 0, data: { kind: 'address', address: Uint8Array.of(10, 0, 0, 1) } });
    const plain = { id: 1, word: 0x8400, question: question('web.service.consul.', Type.SRV), authority: [], edns: null };
    const whole = { ...plain, answers: servers.map(srv), additional: servers.map(address) };
    expect(encodeMessage(whole, true).length).toBe(12 + 24 + 10 * (18 + 23 + 16));
    expect(packet.decode(encodeMessage(whole, true)).additionals).toHaveLength(10);
  });
  test('a record whose name cannot be written is left out, the others stay', () => {
    const address = { kind: 'address' as const, address: Uint8Array.of(10, 0, 0, 1) };
    const owners = ['good.consul.', 'a..consul.', `${'x'.repeat(64)}.consul.`, `${'abcdefg.'.repeat(32)}consul.`, 'fine.consul.'];
    const answers = owners.map((owner) => ({ owner, ttl: 0, data: address }));
    const bytes = encodeMessage({ id: 1, word: 0x8400, question: null, answers, authority: [], additional: [], edns: null }, true);
    expect(packet.decode(bytes).answers?.map(({ name }) => name)).toEqual(['good.consul', 'fine.consul']);
  });
  test('a message ends before 64 KiB', () => {
    const strings = [Buffer.alloc(255, 'x')];
    const answers = Array.from({ length: 400 }, () => ({ owner: 'a.consul.', ttl: 0, data: { kind: 'TXT' as const, strings } }));
    const bytes = encodeMessage({ id: 1, word: 0x8400, question: null, answers, authority: [], additional: [], edns: null }, true);
    expect(bytes.length).toBeLessThanOrEqual(65_535);
    expect(packet.decode(bytes).answers).toHaveLength(bytes.readUInt16BE(6));
  });
});

describe('names', () => {
  test('any labels come back', () => {
    const labels = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 8 });
    fc.assert(
      fc.property(labels, (parts) => {
        const bytes = Uint8Array.from([...parts.flatMap((part) => [part.length, ...part]), 0]);
        const text = (nameLabels(bytes) ?? []).map((part) => `${part}.`).join('');
        expect([...(nameBytes(text) ?? [])]).toEqual([...bytes]);
      }),
    );
  });
  test('the last dot may be left out', () => {
    expect(nameBytes('a.b')).toEqual(nameBytes('a.b.'));
    expect([...(nameBytes('é.b') ?? [])]).toEqual([2, 0xc3, 0xa9, 1, 98, 0]);
  });
});
