/** Who asks, for answers that hang on it: the client that a resolver names (RFC 7871), else whoever sent the packet. */
import { addressText } from '../lib/ip-address.js';
import type { Request } from './wire/request.js';

/** @param peer address of the sender; an IPv4 address may be written as an IPv6 one */
export function clientAddress({ edns }: Request, peer: string): string {
  const subnet = edns?.clientSubnet;
  if (!subnet || subnet.length <= 4) return peer.replace(/^::ffff:(?=\d+\.)/, '');
  const bytes = new Uint8Array(subnet.readUInt16BE(0) === 1 ? 4 : 16);
  bytes.set(subnet.subarray(4));
  return addressText(bytes);
}

/** The answer holds for the whole network that was named: the scope is as long as the question's prefix (RFC 7871 §7.2.1). */
export function scopedToSubnet(request: Request): Request {
  const { edns } = request;
  if (!edns?.clientSubnet) return request;
  const clientSubnet = Buffer.from(edns.clientSubnet);
  clientSubnet[3] = clientSubnet[2] ?? 0;
  return { ...request, edns: { ...edns, clientSubnet } };
}
