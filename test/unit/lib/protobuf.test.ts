import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrpcFrames, grpcFrame } from '../../../src/lib/grpc-frames.js';
import { decodeMessage, encodeMessage, ProtobufError } from '../../../src/lib/protobuf.js';

const fields = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 2 ** 20 }),
    fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    ),
  ),
);

describe('protocol buffers', () => {
  test('what is encoded is decoded', () => {
    fc.assert(
      fc.property(fields, (given) => {
        expect([...decodeMessage(encodeMessage(given))].map(({ number, value }) => [number, value])).toEqual(given);
      }),
    );
  });

  test.each([
    { name: 'zero is sent', value: 0, bytes: [0x08, 0x00] },
    { name: 'a negative number is its 64 bits', value: -1, bytes: [0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01] },
    { name: 'the example of the format', value: 150, bytes: [0x08, 0x96, 0x01] },
    { name: 'true', value: true, bytes: [0x08, 0x01] },
    { name: 'text', value: 'ü', bytes: [0x0a, 0x02, 0xc3, 0xbc] },
    { name: 'nothing is left out', value: undefined, bytes: [] },
  ])('$name', ({ value, bytes }) => {
    expect([...encodeMessage([[1, value]])]).toEqual(bytes);
  });

  test('random bytes are decoded or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          expect([...decodeMessage(Buffer.from(bytes))].length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

test('gRPC messages are the same in whatever pieces they come', () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 30 })), (messages, cuts) => {
      const all = Buffer.concat(messages.map(grpcFrame));
      const frames = new GrpcFrames();
      const received: Buffer[] = [];
      let position = 0;
      for (const length of [...cuts, all.length]) {
        for (const message of frames.add(all.subarray(position, position + length))) received.push(Buffer.from(message));
        position += length;
      }
      expect(received).toEqual(messages.map((message) => Buffer.from(message)));
    }),
  );
});
