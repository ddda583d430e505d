import { expect, test } from 'vitest';
import { parseHostPort } from '../../../src/checks/dial.js';
import { parseDockerHost } from '../../../src/checks/docker-probe.js';
import { urlFault } from '../../../src/checks/url-fault.js';

test.each([
  ['http://10.0.0.1/x?y=1', ''],
  ['https://[::1]:8443/', ''],
  ['HTTP://web.example', ''],
  ['://bad', 'parse "://bad": missing protocol scheme'],
  ['127.0.0.1:80/x', 'parse "127.0.0.1:80/x": first path segment in URL cannot contain colon'],
  ['ftp://h/x', 'Get "ftp://h/x": unsupported protocol scheme "ftp"'],
  ['/x', 'Get "/x": unsupported protocol scheme ""'],
  ['http:///x', 'Get "http:///x": http: no Host in request URL'],
  ['http://h:x/', 'parse "http://h:x/": invalid port ":x" after host'],
  ['http://h/\n', 'parse "http://h/\\n": net/url: invalid control character in URL'],
  ['http://a b/', 'parse "http://a b/": invalid character in host name or port'],
])('the address %j: %s', (url, fault) => {
  expect(urlFault(url)).toBe(fault);
});

test.each([
  ['10.0.0.1:80', { host: '10.0.0.1', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['web.example:0', { host: 'web.example', port: 0 }],
  ['127.0.0.1', 'dial tcp: address 127.0.0.1: missing port in address'],
  ['::1:80', 'dial tcp: address ::1:80: too many colons in address'],
  ['h:http', 'dial tcp: lookup tcp/http: unknown port'],
  ['h:99999', 'dial tcp: address 99999: invalid port'],
])('host and port of %j', (address, is) => {
  if (typeof is === 'string') expect(() => parseHostPort(address)).toThrow(is);
  else expect(parseHostPort(address)).toEqual(is);
});

test.each([
  ['unix:///run/docker.sock', { kind: 'unix', path: '/run/docker.sock' }],
  ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
  ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }],
  ['nonsense', null],
])('the engine at %j', (address, is) => {
  expect(parseDockerHost(address)).toEqual(is);
});
