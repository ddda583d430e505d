import { describe, expect, test } from 'vitest';
import { decodePlan, decodeWatch } from '../../../watch/definition.js';

const common = { datacenter: '', token: '', stale: false };

describe('plans', () => {
  test.each([
    { given: { type: 'key', key: 'a' }, plan: { kind: 'key', key: 'a', ...common } },
    { given: { type: 'keyprefix', prefix: 'a/' }, plan: { kind: 'keyprefix', prefix: 'a/', ...common } },
    { given: { type: 'services', datacenter: 'dc2' }, plan: { kind: 'services', ...common, datacenter: 'dc2' } },
    { given: { type: 'nodes', token: 't', stale: true }, plan: { kind: 'nodes', datacenter: '', token: 't', stale: true } },
    { given: { type: 'service', service: 'w' }, plan: { kind: 'service', service: 'w', tags: [], passingOnly: false, ...common } },
    {
      given: { type: 'service', service: 'w', tag: 'x', passingonly: true },
      plan: { kind: 'service', service: 'w', tags: ['x'], passingOnly: true, ...common },
    },
    {
      given: { type: 'service', service: 'w', tag: ['x', 'y'] },
      plan: { kind: 'service', service: 'w', tags: ['x', 'y'], passingOnly: false, ...common },
    },
    { given: { type: 'checks' }, plan: { kind: 'checks', service: '', state: '', ...common } },
    { given: { type: 'checks', state: 'critical' }, plan: { kind: 'checks', service: '', state: 'critical', ...common } },
    { given: { type: 'event' }, plan: { kind: 'event', name: '', ...common } },
    { given: { type: ['key'], key: ['a'] }, plan: { kind: 'key', key: 'a', ...common } },
  ])('$given', ({ given, plan }) => {
    expect(decodePlan(given)).toEqual(plan);
  });

  test.each([
    { given: {}, text: 'Watch type must be specified' },
    { given: { type: 'nosuch' }, text: 'Unsupported watch type: nosuch' },
    { given: { type: 'constructor' }, text: 'Unsupported watch type: constructor' },
    { given: { type: 5 }, text: 'Expecting type to be a string' },
    { given: { type: 'key' }, text: 'Must specify a single key to watch' },
    { given: { type: 'keyprefix' }, text: 'Must specify a single prefix to watch' },
    { given: { type: 'service' }, text: 'Must specify a single service to watch' },
    { given: { type: 'services', key: 'a' }, text: 'Invalid parameters: [key]' },
    { given: { type: 'key', key: 'a', prefix: 'b', bogus: 1 }, text: 'Invalid parameters: [bogus prefix]' },
    { given: { type: 'nodes', tag: 'x' }, text: 'Invalid parameters: [tag]' },
    { given: { type: 'event', stale: true }, text: 'Invalid parameters: [stale]' },
    { given: { type: 'checks', service: 'a', state: 'b' }, text: 'Cannot specify service and state' },
    { given: { type: 'service', service: 'w', passingonly: 'yes' }, text: 'Expecting passingonly to be a boolean' },
    { given: { type: 'service', service: 'w', tag: [1] }, text: 'Expecting tag to be a string or a list of strings' },
  ])('$given is refused: $text', ({ given, text }) => {
    expect(() => decodePlan(given)).toThrow(expect.objectContaining({ code: 'config-invalid', message: text }));
  });
});

describe('watches in files', () => {
  const http = (config: object) => ({ type: 'nodes', handler_type: 'http', http_handler_config: config });

  test.each([
    { given: { type: 'nodes', args: ['a', 'b'] }, handler: { kind: 'command', args: ['a', 'b'] } },
    { given: { type: 'nodes', args: 'a' }, handler: { kind: 'command', args: ['a'] } },
    { given: { type: 'nodes', handler: 'a | b' }, handler: { kind: 'shell', line: 'a | b' } },
    { given: { type: 'nodes', handler_type: 'script', handler: 'a' }, handler: { kind: 'shell', line: 'a' } },
    {
      given: http({ path: 'http://h/x' }),
      handler: { kind: 'http', url: 'http://h/x', method: 'POST', headers: {}, timeoutMs: 10_000, skipTlsVerify: false },
    },
    {
      given: http([{ path: 'https://h', method: 'put', timeout: '1m', header: { 'x-a': ['1', '2'] }, tls_skip_verify: true }]),
      handler: { kind: 'http', url: 'https://h', method: 'PUT', headers: { 'x-a': ['1', '2'] }, timeoutMs: 60_000, skipTlsVerify: true },
    },
  ])('$given', ({ given, handler }) => {
    expect(decodeWatch(given).handler).toEqual(handler);
  });

  test.each([
    { given: { type: 'nodes' }, text: 'Must define a watch handler' },
    { given: { type: 'nodes', args: ['a'], handler: 'b' }, text: 'Only one watch handler allowed' },
    { given: { type: 'nodes', handler_type: 'carrier-pigeon' }, text: "Handler type 'carrier-pigeon' not recognized" },
    { given: { type: 'connect_roots', args: ['a'] }, text: 'Watch type connect_roots is not allowed in agent config' },
    { given: { args: ['a'] }, text: 'Failed to parse watch ({"args":["a"]}): Watch type must be specified' },
    {
      given: { type: 'key', token: 'secret', args: ['a'] },
      text: 'Failed to parse watch ({"type":"key","args":["a"]}): Must specify a single key to watch',
    },
    { given: http({}), text: "Failed to parse 'http_handler_config': Requires 'path' to be set" },
    {
      given: http({ path: 'ftp://h' }),
      text: `Failed to parse 'http_handler_config': 'path' must be an http:// or https:// URL, not "ftp://h"`,
    },
    {
      given: http({ path: 'http://h', timeout: '10' }),
      text: `Failed to parse 'http_handler_config': time: missing unit in duration "10"`,
    },
    { given: http({ path: 'http://h', bogus: 1 }), text: "Failed to parse 'http_handler_config': Invalid parameters: [bogus]" },
    {
      given: http({ path: 'http://h', header: { 'a b': 'c' } }),
      text: `Failed to parse 'http_handler_config': "a b" is no name of a header`,
    },
    { given: { ...http({ path: 'http://h' }), args: ['a'] }, text: 'Only one watch handler allowed' },
  ])('$given is refused: $text', ({ given, text }) => {
    expect(() => decodeWatch(given)).toThrow(expect.objectContaining({ code: 'config-invalid', message: text }));
  });
});
