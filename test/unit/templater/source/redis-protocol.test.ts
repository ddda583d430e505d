import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeCommand,
  RedisProtocolError,
  RedisRefusal,
  type RedisReply,
  ReplyReader,
} from '../../../../templater/source/redis-protocol.js';

function encode(reply: RedisReply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (reply instanceof RedisRefusal) return Buffer.from(`-${reply.message}\r\n`);
  if (reply instanceof Buffer) return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${(reply as readonly RedisReply[]).length}\r\n`), ...(reply as readonly RedisReply[]).map(encode)]);
}

const { replies } = fc.letrec<{ replies: RedisReply }>((tie) => ({
  replies: fc.oneof(
    { depthSize: 'small' },
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.integer(),
    fc.constant(null),
    fc.constant(new RedisRefusal('ERR no')),
    fc.array(tie('replies'), { maxLength: 4 }),
  ),
}));

describe('the protocol of redis', () => {
  test('replies are the same in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(replies, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 40 })), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encode));
        const reader = new ReplyReader();
        const received: RedisReply[] = [];
        let position = 0;
        for (const length of [...cuts, bytes.length]) {
          received.push(...reader.add(bytes.subarray(position, position + length)));
          position += length;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  test('random bytes end with an error or wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new ReplyReader().add(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(RedisProtocolError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('a reply nested without end is refused', () => {
    expect(() => new ReplyReader().add(Buffer.from('*1\r\n'.repeat(100)))).toThrow(/nested too deep/);
  });

  test('a command is its words with their lengths in bytes', () => {
    expect(encodeCommand(['GET', Buffer.from('grün')]).toString()).toBe('*2\r\n$3\r\nGET\r\n$5\r\ngrün\r\n');
  });
});
