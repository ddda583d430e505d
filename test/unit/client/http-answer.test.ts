import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../../src/client/http-answer.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

interface Row {
  readonly name: string;
  readonly answer: string;
  readonly body: string;
  readonly status?: number;
  readonly isKept?: boolean;
  readonly endsIt?: boolean;
}

const rows: readonly Row[] = [
  { name: 'a body of a length', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', body: 'hello', isKept: true },
  { name: 'an empty body', answer: 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', body: '', status: 404, isKept: true },
  { name: 'no body at all', answer: 'HTTP/1.1 204\r\n\r\n', body: '', status: 204, isKept: true },
  {
    name: 'chunks with an extension and a trailer',
    answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n, dear you\r\n0\r\nX: y\r\n\r\n',
    body: 'hello, dear you',
    isKept: true,
  },
  { name: 'what comes till the end', answer: 'HTTP/1.1 200 OK\r\n\r\nall of it', body: 'all of it', endsIt: true },
  { name: 'an agent that ends it', answer: 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx', body: 'x' },
  { name: 'HTTP/1.0', answer: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', body: 'x' },
  {
    name: 'a word in between',
    answer: 'HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    body: 'x',
    isKept: true,
  },
  {
    name: 'both a length and chunks',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    body: 'x',
  },
];

describe('an answer is the same however its bytes come in', () => {
  test.each(rows)('$name', ({ answer, body, status = 200, isKept = false, endsIt = false }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (sizes) => {
        const reader = new AnswerReader(1000);
        let isWhole = false;
        for (let [from, turn] = [0, 0]; from < answer.length; turn++) {
          const to = from + (sizes[turn] ?? answer.length);
          isWhole = reader.take(bytes(answer.slice(from, to)));
          from = to;
        }
        if (endsIt) isWhole = reader.end();
        expect(isWhole).toBe(true);
        expect(reader.response).toMatchObject({ status, body: bytes(body) });
        expect(reader.isConnectionKept).toBe(isKept);
      }),
    );
  });
});

test('headers have lower-case names, and what comes twice is one list', () => {
  const reader = new AnswerReader(10);
  reader.take(bytes('HTTP/1.1 200 OK\r\nX-Consul-Index:  7 \r\nVary: a\r\nVARY: b\r\nContent-Length: 0\r\n\r\n'));
  expect(reader.response.headers).toEqual({ 'x-consul-index': '7', vary: 'a, b', 'content-length': '0' });
});

test('an answer that ends too soon is not whole', () => {
  for (const begun of ['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx']) {
    const reader = new AnswerReader(10);
    reader.take(bytes(begun));
    expect(reader.end()).toBe(false);
  }
});

test('bytes behind the answer are left to the next one', () => {
  const reader = new AnswerReader(10);
  expect(reader.take(bytes('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy'))).toBe(true);
  expect(reader.behind.toString()).toBe('y');
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['a changed protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
  ['a folded header', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ['a coding that was not asked for', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['a chunk of no size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
  ['a chunk that is longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n'],
  ['a head without end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`],
])('%s is malformed', (_, answer) => {
  expect(() => new AnswerReader(10).take(bytes(answer))).toThrow('malformed HTTP response');
});

test.each([
  ['of a length', 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n'],
  ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n'],
  ['till the end', 'HTTP/1.1 200 OK\r\n\r\n12345678901'],
])('a body %s that is too long is refused', (_, answer) => {
  expect(() => new AnswerReader(10).take(bytes(answer))).toThrow('the answer is longer than 10 bytes');
});
