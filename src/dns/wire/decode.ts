/** Reads the replies of recursors: only what a host name leads to. */
import packet from 'dns-packet';
import { addressBytes } from '../../lib/ip-address.js';
import { Type } from './codes.js';
import type { DnsRecord } from './record.js';

/** @returns aliases and addresses of the answer section, in their order; none when the reply cannot be read */
export function decodeAddresses(reply: Buffer): DnsRecord[] {
  try {
    return (packet.decode(reply).answers ?? []).flatMap(recordOf);
  } catch {
    // A reply that cannot be read leads nowhere, as none would.
    return [];
  }
}

function recordOf(answer: packet.Answer): DnsRecord[] {
  if (answer.type === 'CNAME') {
    return [{ owner: `${answer.name}.`, ttl: answer.ttl ?? 0, data: { kind: 'name', type: Type.CNAME, target: `${answer.data}.` } }];
  }
  if (answer.type !== 'A' && answer.type !== 'AAAA') return [];
  const address = addressBytes(answer.data);
  return address ? [{ owner: `${answer.name}.`, ttl: answer.ttl ?? 0, data: { kind: 'address', address } }] : [];
}
