import { expect, test } from 'vitest';
import { parseAddress, shownAddress } from '../../../src/client/address.js';

test.each([
  { text: '10.0.0.1:80', shown: 'http://10.0.0.1:80' },
  { text: '10.0.0.1', shown: 'http://10.0.0.1:8500' },
  { text: 'agent.example', shown: 'http://agent.example:8500' },
  { text: ':8501', shown: 'http://127.0.0.1:8501' },
  { text: '[::1]:8500', shown: 'http://[::1]:8500' },
  { text: 'http://[::1]', shown: 'http://[::1]:8500' },
  { text: 'http://10.0.0.1:8500/', shown: 'http://10.0.0.1:8500' },
  { text: 'http://10.0.0.1:8500/consul/', shown: 'http://10.0.0.1:8500/consul' },
  { text: 'https://10.0.0.1:8501', shown: 'https://10.0.0.1:8501' },
  { text: 'HTTPS://10.0.0.1:8501', shown: 'https://10.0.0.1:8501' },
  { text: 'unix:///run/mesh.sock', shown: 'http://%2Frun%2Fmesh.sock' },
])('$text is $shown', ({ text, shown }) => {
  expect(shownAddress(parseAddress(text, { tls: false }))).toBe(shown);
});

test('TLS that was asked for beats http', () => {
  expect(shownAddress(parseAddress('10.0.0.1:80', { tls: true }))).toBe('https://10.0.0.1:80');
  expect(shownAddress(parseAddress('http://10.0.0.1:80', { tls: true }))).toBe('https://10.0.0.1:80');
});

test.each([
  { text: 'ftp://x', error: 'Unknown protocol scheme: ftp' },
  { text: '10.0.0.1:99999', error: 'invalid address "10.0.0.1:99999"; ports go up to 65535' },
  { text: '10.0.0.1:http', error: 'invalid address "10.0.0.1:http"; give it as "host:port"' },
])('$text is refused', ({ text, error }) => {
  expect(() => parseAddress(text, { tls: false })).toThrow(error);
});
