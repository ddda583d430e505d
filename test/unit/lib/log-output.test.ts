import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogFile } from '../../../src/lib/log-file.js';
import { createLog, logLevelOf } from '../../../src/lib/log-output.js';

const now = Date.UTC(2026, 0, 2, 15, 4, 5, 678);

function logged(format: 'text' | 'json', write: (log: ReturnType<typeof createLog>) => void): string {
  let lines = '';
  write(createLog({ clock: { now: () => now }, level: 'info', format, sinks: [(line) => (lines += line)] }));
  return lines;
}

test.each([
  { name: 'a plain line', text: 'Synced service', fields: { service: 'web' }, line: '[INFO]  agent: Synced service: service=web' },
  { name: 'a value with blanks is quoted', text: 'x', fields: { error: 'two words' }, line: '[INFO]  agent: x: error="two words"' },
  { name: 'an error is its message', text: 'x', fields: { error: new Error('no') }, line: '[INFO]  agent: x: error=no' },
  { name: 'lists and numbers', text: 'x', fields: { list: ['a', 'b'], n: 5 }, line: '[INFO]  agent: x: list=[a, b] n=5' },
  {
    name: 'nothing can forge a line',
    text: 'a\nb',
    fields: { k: 'c\r\n2026 [ERROR] x\x1b[2J' },
    line: '[INFO]  agent: a\\nb: k="c\\r\\n2026 [ERROR] x\\x1b[2J"',
  },
  {
    name: 'tokens are hidden wherever they stand',
    text: 'GET /v1/kv/a?dc=x&ToKeN=secret&raw',
    fields: { url: '/v1/kv/a?%74oke%6E=secret', headers: { 'X-Consul-Token': 'secret' }, error: new Error('Authorization: Bearer secret') },
    line: '[INFO]  agent: GET /v1/kv/a?dc=x&ToKeN=<hidden>&raw: url=/v1/kv/a?%74oke%6E=<hidden> headers={"X-Consul-Token":"<hidden>"} error="Authorization: Bearer <hidden>"',
  },
  { name: 'so are controls inside of objects', text: 'x', fields: { a: { b: '\x85\n' } }, line: '[INFO]  agent: x: a={"b":"\\x85\\n"}' },
])('$name', ({ text, fields, line }) => {
  expect(logged('text', ({ logger }) => logger.named('agent').log('info', text, fields))).toBe(`2026-01-02T15:04:05.678Z ${line}\n`);
});

test('JSON lines have the same parts', () => {
  const line = logged('json', ({ logger }) => logger.named('agent.http').log('warn', 'x', { a: 1, error: new Error('no') }));
  expect(line.startsWith('{"@level":"warn","@message":"x","@module":"agent.http"')).toBe(true);
  expect(JSON.parse(line)).toMatchObject({ '@timestamp': '2026-01-02T15:04:05.678Z', a: 1, error: 'no' });
});

test('JSON lines hide and escape the same', () => {
  const line = logged('json', ({ logger }) => logger.log('warn', 'x?token=secret', { deep: [{ b: '\x85\u2028?TOKEN=secret' }] }));
  expect(line).not.toMatch(/secret|[\x7f-\x9f\u2028]/);
  expect(JSON.parse(line)).toMatchObject({ '@message': 'x?token=<hidden>', deep: [{ b: '\x85\u2028?TOKEN=<hidden>' }] });
});

test('levels can be changed while it runs', () => {
  const lines = logged('text', ({ logger, setLevel }) => {
    logger.log('debug', 'unseen');
    setLevel('debug');
    logger.log('debug', 'seen');
    setLevel('error');
    logger.log('warn', 'unseen');
  });
  expect(lines).toBe('2026-01-02T15:04:05.678Z [DEBUG] seen\n');
  expect(['WARN', 'err', 'Error', 'loud'].map(logLevelOf)).toEqual(['warn', 'error', 'error', null]);
});

test('a log file starts anew when it is full or old, and as many old ones are kept as wanted', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mesh-log-'));
  let time = now;
  const file = openLogFile({ path: join(directory, 'a.log'), clock: { now: () => time }, rotateBytes: 10, rotateMs: 1000, filesKept: 2 });
  for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) {
    file.write(line);
    time += 1;
  }
  time += 2000;
  file.write('five\n');
  file.close();
  const names = readdirSync(directory).sort();
  expect(names.map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual(['three\n', 'four\n', 'five\n'].slice(-3));
  expect(names.every((name) => /^a-\d+\.log$/.test(name))).toBe(true);
  rmSync(directory, { recursive: true });
});
