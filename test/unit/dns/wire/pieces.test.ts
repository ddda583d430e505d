/** Replies that are put together from pieces are what the encoder would write. */
import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Type } from '../../../../src/dns/wire/codes.js';
import { encodeMessage, messageBytes, optBytes } from '../../../../src/dns/wire/encoder.js';
import { nameBytes } from '../../../../src/dns/wire/name.js';
import { type PieceChoice, Pieces } from '../../../../src/dns/wire/pieces.js';
import type { DnsRecord } from '../../../../src/dns/wire/record.js';
import type { Request } from '../../../../src/dns/wire/request.js';

const owner = 'Web.service.consul.';
const word = 0x8580;

function request(edns: Request['edns'] = null): Request {
  const question = Buffer.concat([nameBytes('Web.service.consul') ?? Buffer.alloc(0), Buffer.from([0, Type.SRV, 0, 1])]);
  return { kind: 'request', id: 99, word: 0x0100, question, key: '', type: Type.SRV, edns, udpBytes: 512 };
}

function address(name: string, last: number, length = 4): DnsRecord {
  const bytes = new Uint8Array(length);
  bytes[length - 1] = last;
  return { owner: name, ttl: 5, data: { kind: 'address', address: bytes } };
}

function srv(i: number, meta: number): PieceChoice {
  const target = `node${i}.node.dc1.consul.`;
  const texts = Array.from({ length: meta }, (_, m): DnsRecord => {
    return { owner: m === 0 ? target : `other${i}.node.dc1.consul.`, ttl: 5, data: { kind: 'TXT', strings: [Buffer.from(`k${m}=v`)] } };
  });
  return {
    answer: { owner, ttl: 5, data: { kind: 'SRV', priority: 1, weight: 1, port: i, target } },
    extras: [address(target, i), ...texts],
  };
}

/** In the order they were given: the first of the rest, always. */
const inOrder = () => 0;

const all = { choicesMax: Number.POSITIVE_INFINITY, countMax: 4096, bytesMax: 65_000, compressed: true };

function sections(bytes: Buffer): unknown {
  const { id, answers, authorities, additionals, questions } = packet.decode(bytes);
  return { id, word: bytes.readUInt16BE(2), answers, authorities, additionals, questions };
}

describe('pieces', () => {
  const some = fc.record({
    count: fc.integer({ min: 1, max: 30 }),
    meta: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom('SRV', 'A', 'AAAA'),
    edns: fc.constantFrom(
      null,
      { udpBytes: 1232, clientSubnet: null },
      { udpBytes: 4096, clientSubnet: Buffer.from([0, 1, 24, 0, 10, 0, 0]) },
    ),
  });
  test('say what the encoder says', () => {
    fc.assert(
      fc.property(some, ({ count, meta, kind, edns }) => {
        const choices = Array.from({ length: count }, (_, i) =>
          kind === 'SRV' ? srv(i, meta) : { answer: address(owner, i, kind === 'A' ? 4 : 16), extras: [] },
        );
        const pieces = Pieces.from(choices);
        const asked = request(edns);
        expect(pieces?.draw(asked, all, inOrder)).toBe(false);
        const written = pieces?.write(asked, word) ?? Buffer.alloc(0);
        const answers = choices.map(({ answer }) => answer);
        const additional = choices.flatMap(({ extras }) => extras);
        expect(sections(written)).toEqual(sections(encodeMessage({ ...asked, word, answers, authority: [], additional }, true)));
      }),
    );
  });
  test('are cut to the longest front that fits, in full or compressed', () => {
    const limits = fc.record({
      bytesMax: fc.integer({ min: 60, max: 1500 }),
      countMax: fc.integer({ min: 1, max: 12 }),
      compressed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 0, max: 1 }), limits, (count, meta, limits) => {
        const choices = Array.from({ length: count }, (_, i) => srv(i, meta));
        const asked = request();
        const pieces = Pieces.from(choices);
        const isCut = pieces?.draw(asked, { ...limits, choicesMax: 4096 }, inOrder);
        const { answers = [], additionals = [] } = packet.decode(pieces?.write(asked, word) ?? Buffer.alloc(0));
        const size = (kept: number, extras: number) => {
          const part = choices.slice(0, kept);
          const additional = part.flatMap((choice) => choice.extras.slice(0, extras));
          return messageBytes({ ...asked, word, answers: part.map(({ answer }) => answer), authority: [], additional }, limits.compressed);
        };
        const fitsWhole = count <= limits.countMax && size(count, 9) <= limits.bytesMax;
        expect(isCut).toBe(!fitsWhole);
        const most = fitsWhole ? count : Math.min(count <= limits.countMax ? count - 1 : limits.countMax, count);
        let expected = most;
        while (!fitsWhole && expected > 1 && size(expected, 1) > limits.bytesMax) expected--;
        expect(answers).toHaveLength(expected);
        expect(additionals).toHaveLength(expected * (fitsWhole ? 1 + meta : 1));
      }),
      { numRuns: 500 },
    );
  });
  test('leave nothing out by chance: every one is drawn first as often as the others', () => {
    const pieces = Pieces.from(Array.from({ length: 4 }, (_, i) => ({ answer: address(owner, i), extras: [] })));
    const counts = [0, 0, 0, 0];
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let i = 0; i < 4000; i++) {
      expect(pieces?.draw(request(), { ...all, countMax: 2 }, random)).toBe(true);
      const bytes = pieces?.write(request(), word) ?? Buffer.alloc(0);
      expect(bytes.readUInt16BE(6)).toBe(2);
      const last = bytes[bytes.length - 17] ?? 0;
      counts[last] = (counts[last] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
  test('beyond the reach of pointers take the long way', () => {
    expect(Pieces.from(Array.from({ length: 400 }, (_, i) => srv(i, 0)))).toBeNull();
    expect(
      Pieces.from([
        { answer: { ...srv(1, 0).answer, data: { kind: 'SRV', priority: 1, weight: 1, port: 1, target: 'a..b.' } }, extras: [] },
      ]),
    ).toBeNull();
  });
  test('are as long as was said, OPT apart', () => {
    const edns = { udpBytes: 1232, clientSubnet: Buffer.from([0, 1, 0, 0]) };
    const pieces = Pieces.from([{ answer: address(owner, 1), extras: [] }]);
    pieces?.draw(request(edns), all, inOrder);
    expect(pieces?.write(request(edns), word)).toHaveLength(12 + 24 + 16 + optBytes(edns));
  });
});
