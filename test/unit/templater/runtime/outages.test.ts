import { expect, test } from 'vitest';
import { Outages } from '../../../../templater/runtime/outages.js';

test('an outage is news once, whatever its words, and over when the last watch is answered', () => {
  const outages = new Outages();
  expect(outages.failed('x', 'http://a does not answer: connection reset')).toBe(true);
  expect(outages.failed('y', 'http://a does not answer: connection refused')).toBe(false);
  expect(outages.failed('x', 'http://a does not answer: connection refused')).toBe(false);
  expect(outages.over('y')).toBe('');
  expect(outages.over('x')).toBe('http://a does not answer: connection reset');
  expect(outages.over('x')).toBe('');
  expect(outages.failed('x', 'http://a does not answer: connection refused')).toBe(true);
});

test('two addresses that take turns at failing are news once each', () => {
  const outages = new Outages();
  const news = Array.from({ length: 100 }, (_, i) => outages.failed('x', `http://${i % 2 === 0 ? 'a' : 'b'} does not answer: refused`));
  expect(news.filter((isNews) => isNews)).toHaveLength(2);
  expect(outages.over('x')).toBe('http://b does not answer: refused');
});

test('an agent in trouble is one outage, whatever it or a proxy says of it', () => {
  const outages = new Outages();
  expect(outages.failed('x', 'Unexpected response code: 500 (No cluster leader)')).toBe(true);
  expect(outages.failed('x', 'Unexpected response code: 502 (request 17 failed)')).toBe(false);
  expect(outages.failed('y', 'Unexpected response code: 500 (rpc error)')).toBe(false);
  expect(outages.failed('x', 'Unexpected response code: 403 (Permission denied)')).toBe(true);
});

test('a refusal after silence is news', () => {
  const outages = new Outages();
  expect(outages.failed('x', 'http://a does not answer: refused')).toBe(true);
  expect(outages.failed('x', 'Permission denied')).toBe(true);
  expect(outages.over('x')).toBe('Permission denied');
});

test('texts that are never the same are not told without end', () => {
  const outages = new Outages();
  const news = Array.from({ length: 100 }, (_, i) => outages.failed('x', `request ${i} failed`));
  expect(news.filter((isNews) => isNews)).toHaveLength(5);
});
