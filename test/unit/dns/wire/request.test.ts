import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRequest } from '../../../../src/dns/wire/request.js';

const question = (name: string, extra: Partial<packet.Packet> = {}) =>
  packet.encode({ type: 'query', id: 7, flags: packet.RECURSION_DESIRED, questions: [{ type: 'A', name }], ...extra });
const opt = (udpPayloadSize: number, options: packet.PacketOpt[] = []) => ({
  ...{ type: 'OPT' as const, name: '.' as const, udpPayloadSize, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false },
  options,
});

describe('a question', () => {
  test('is read with its name in lower case as key and its bytes as they came', () => {
    const request = readRequest(question('Web.Service.CONSUL'));
    expect(request).toMatchObject({ kind: 'request', id: 7, word: 0x0100, type: 1, edns: null, udpBytes: 512 });
    expect(request?.kind === 'request' && request.key).toBe('\x03web\x07service\x06consul\0\0\x01');
    expect(request?.question?.toString('latin1')).toBe('\x03Web\x07Service\x06CONSUL\0\0\x01\0\x01');
  });
  test.each([
    { size: 4096, udpBytes: 4096 },
    { size: 512, udpBytes: 512 },
    { size: 100, udpBytes: 512 },
  ])('with EDNS of $size may have replies of $udpBytes bytes', ({ size, udpBytes }) => {
    expect(readRequest(question('a', { additionals: [opt(size)] }))).toMatchObject({ edns: { udpBytes: size }, udpBytes });
  });
  test('has its client subnet repeated with scope 0', () => {
    const options = [{ code: 8, type: 'CLIENT_SUBNET', family: 1, sourcePrefixLength: 24, scopePrefixLength: 24, ip: '198.51.100.0' }];
    const request = readRequest(question('a', { additionals: [opt(1232, options as unknown as packet.PacketOpt[])] }));
    expect(request?.kind === 'request' && request.edns?.clientSubnet?.toString('hex')).toBe('00011800c63364');
  });
});

describe('a packet is refused or dropped', () => {
  const header = (word: number, counts: readonly number[], rest = '') => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(word, 2);
    for (const [i, count] of counts.entries()) bytes.writeUInt16BE(count, 4 + 2 * i);
    return Buffer.concat([bytes, Buffer.from(rest, 'hex')]);
  };
  test.each([
    { name: 'shorter than a header', bytes: Buffer.alloc(11), outcome: null },
    { name: 'a reply', bytes: header(0x8000, [1, 0, 0, 0], '0000010001'), outcome: null },
    { name: 'an update', bytes: header(5 << 11, [1, 0, 0, 0], '0000010001'), outcome: 4 },
    { name: 'two questions', bytes: header(0, [2, 0, 0, 0], '00000100010000010001'), outcome: 1 },
    { name: 'no question', bytes: header(0, [0, 0, 0, 0]), outcome: 1 },
    { name: 'two answers', bytes: header(0, [1, 2, 0, 0], '0000010001'), outcome: 1 },
    { name: 'three additional records', bytes: header(0, [1, 0, 0, 3], '0000010001'), outcome: 1 },
    { name: 'a name that does not end', bytes: header(0, [1, 0, 0, 0], '03777777'), outcome: 1 },
    { name: 'a label of 64 bytes', bytes: header(0, [1, 0, 0, 0], `40${'61'.repeat(64)}0000010001`), outcome: 1 },
    { name: 'a pointer', bytes: header(0, [1, 0, 0, 0], 'c00c00010001'), outcome: 1 },
    {
      name: 'a name of 256 bytes',
      bytes: header(0, [1, 0, 0, 0], `${'01'.repeat(1)}61${`3f${'61'.repeat(63)}`.repeat(3)}3c${'61'.repeat(60)}0000010001`),
      outcome: 1,
    },
    { name: 'a question without its class', bytes: header(0, [1, 0, 0, 0], '00000100'), outcome: 1 },
    { name: 'a record that is cut', bytes: header(0, [1, 0, 0, 1], '000001000100002904d00000'), outcome: 1 },
    { name: 'an option that is cut', bytes: header(0, [1, 0, 0, 1], '000001000100002904d0000000000003000800'), outcome: 1 },
    {
      name: 'a subnet of too many bits',
      bytes: header(0, [1, 0, 0, 1], `000001000100002904d000000000000d0008000900012100${'00'.repeat(5)}`),
      outcome: 1,
    },
  ])('$name', ({ bytes, outcome }) => {
    const request = readRequest(bytes);
    if (outcome === null) expect(request).toBeNull();
    else expect(request).toMatchObject({ kind: 'refusal', rcode: outcome });
  });
  test('any bytes are read without harm', () => {
    const start = fc.constantFrom(Buffer.alloc(0), question('web.service.consul'), question('a', { additionals: [opt(1232)] }));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 60 }), (packet, noise, at) => {
        const bytes = Buffer.concat([packet, Buffer.alloc(Math.max(0, at + noise.length - packet.length))]);
        bytes.set(noise, at);
        const request = readRequest(bytes);
        if (request?.kind === 'request') expect(request.question.length).toBeLessThanOrEqual(255 + 4);
      }),
      { numRuns: 5000 },
    );
  });
});
