import { expect, test } from 'vitest';
import { expandAddressTemplate, type InterfaceAddress } from '../../../src/config/address-template.js';

const interfaces: readonly InterfaceAddress[] = [
  { name: 'lo', address: '127.0.0.1', family: 'IPv4', internal: true },
  { name: 'eth0', address: '10.0.0.5', family: 'IPv4', internal: false },
  { name: 'eth0', address: 'fe80::1', family: 'IPv6', internal: false },
  { name: 'eth1', address: '203.0.113.9', family: 'IPv4', internal: false },
  { name: 'eth2', address: '192.168.7.7', family: 'IPv4', internal: false },
];

test.each([
  { text: '127.0.0.1', result: '127.0.0.1' },
  { text: '{{ GetPrivateIP }}', result: '10.0.0.5' },
  { text: '{{GetPrivateIPs}}', result: '10.0.0.5 192.168.7.7' },
  { text: '{{ GetPublicIP }}', result: '203.0.113.9' },
  { text: '{{ GetInterfaceIP "eth1" }}', result: '203.0.113.9' },
  { text: '{{ GetInterfaceIP "lo" }}', result: '' },
  { text: '{{ GetAllInterfaces | include "name" "^lo$" | include "type" "ipv4" | attr "address" }}:1', result: '127.0.0.1:1' },
  {
    text: '{{ GetAllInterfaces | exclude "flags" "loopback" | exclude "type" "IPv6" | sort "-address" | limit 1 | join "address" "," }}',
    result: '203.0.113.9',
  },
  { text: '{{ GetPrivateInterfaces | include "rfc" "1918" | offset 1 | attr "name" }}', result: 'eth2' },
])('$text is "$result"', ({ text, result }) => {
  expect(expandAddressTemplate(text, interfaces)).toBe(result);
});

test('a function that there is not is an error', () => {
  expect(() => expandAddressTemplate('{{ GetBogus }}', interfaces)).toThrow('function "GetBogus" not defined');
});
