import { expect, test } from 'vitest';
import { clientAddress, scopedToSubnet } from '../../../src/dns/client-address.js';
import { type Request, readRequest } from '../../../src/dns/wire/request.js';

/** A question for "q." with the option, when there is one. */
function request(option: string | null): Request {
  const header = `0001 0100 0001 0000 0000 ${option === null ? '0000' : '0001'}`;
  const question = '01 71 00 0001 0001';
  const size = (hex: string) => (hex.length / 2).toString(16).padStart(4, '0');
  const opt = option === null ? '' : `00 0029 04d0 00000000 ${size(`00080000${option}`)} 0008 ${size(option)} ${option}`;
  const read = readRequest(Buffer.from(`${header}${question}${opt}`.replaceAll(' ', ''), 'hex'));
  if (read?.kind !== 'request') throw new TypeError('no question');
  return read;
}

test.each([
  { name: 'the sender', option: null, peer: '10.0.0.7', address: '10.0.0.7' },
  { name: 'the sender, without the shell of IPv6', option: null, peer: '::ffff:10.0.0.7', address: '10.0.0.7' },
  { name: 'the network that a resolver names', option: '00011800c63364', peer: '10.0.0.7', address: '198.51.100.0' },
  { name: 'a single client', option: '00012000c6336409', peer: '10.0.0.7', address: '198.51.100.9' },
  { name: 'a network of IPv6', option: '0002200020010db8', peer: '::1', address: '2001:db8::' },
  { name: 'the sender, when the network is any', option: '00010000', peer: '10.0.0.7', address: '10.0.0.7' },
])('who asks is $name', ({ option, peer, address }) => {
  expect(clientAddress(request(option), peer)).toBe(address);
});

test('an answer for a network has its prefix as scope, and the question is left as it was', () => {
  const asked = request('00011800c63364');
  expect(scopedToSubnet(asked).edns?.clientSubnet?.toString('hex')).toBe('00011818c63364');
  expect(asked.edns?.clientSubnet?.toString('hex')).toBe('00011800c63364');
  const plain = request(null);
  expect(scopedToSubnet(plain)).toBe(plain);
});
