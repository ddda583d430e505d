/** Addresses of this machine's network interfaces as numbers: networks, masks and the ranges that RFC 6890 sets apart. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { addressBytes, addressText } from '../../src/lib/ip-address.js';

export interface InterfaceAddress {
  readonly name: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly value: bigint;
  /** Bits of the network. */
  readonly bits: number;
  readonly isLoopback: boolean;
}

/** Only interfaces that are up are known to Node. In the order the system gives them. */
export function interfaceAddresses(): readonly InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ family, address, cidr, internal: isLoopback }) => ({
      name,
      family,
      value: numberOf(address),
      bits: Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128)),
      isLoopback,
    })),
  );
}

/** The interface of the default route; undefined when there is none, or the system does not say. */
export function defaultInterface(): string | undefined {
  try {
    const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
    return routes
      .map((line) => line.split('\t'))
      .find(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')?.[0];
  } catch {
    return undefined; // Not Linux: nobody is asked.
  }
}

export function width({ family }: Pick<InterfaceAddress, 'family'>): number {
  return family === 'IPv4' ? 32 : 128;
}

export function numberOf(address: string): bigint {
  const bytes = addressBytes(address.replace(/%.*$/, '')) ?? new Uint8Array(4);
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** Too large and negative numbers wrap around. */
export function textOf(value: bigint, { family }: Pick<InterfaceAddress, 'family'>): string {
  return addressText(bytesOf(value, { family }));
}

export function bytesOf(value: bigint, { family }: Pick<InterfaceAddress, 'family'>): Uint8Array {
  const digits = BigInt.asUintN(width({ family }), value)
    .toString(16)
    .padStart(width({ family }) / 4, '0');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hostMask(address: InterfaceAddress): bigint {
  return (1n << BigInt(width(address) - address.bits)) - 1n;
}

export function networkOf(address: InterfaceAddress): bigint {
  return address.value & ~hostMask(address);
}

/** "10.0.0.0/8". Undefined for what is no network. */
export function parseNetwork(text: string): InterfaceAddress | undefined {
  const [address = '', bits] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === null || (bits !== undefined && !/^\d+$/.test(bits))) return undefined;
  const family = bytes.length === 4 ? 'IPv4' : 'IPv6';
  return { name: '', family, value: numberOf(address), bits: Number(bits ?? width({ family })), isLoopback: false };
}

export function isWithin(address: InterfaceAddress, network: InterfaceAddress): boolean {
  return address.family === network.family && address.bits >= network.bits && (address.value & ~hostMask(network)) === networkOf(network);
}

/** Networks by the number of the RFC that sets them apart; 6890 is what is not reached from the Internet. */
const rfcNetworks: Readonly<Record<string, readonly string[]>> = {
  '1112': ['224.0.0.0/4'],
  '1122': ['127.0.0.0/8', '0.0.0.0/8'],
  '1918': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  '2544': ['198.18.0.0/15'],
  '3927': ['169.254.0.0/16'],
  '4193': ['fc00::/7'],
  '4291': ['::/128', '::1/128', 'fe80::/10', 'ff00::/8'],
  '5737': ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  '6598': ['100.64.0.0/10'],
  '6890': [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
    ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4', '255.255.255.255/32'],
    ...['::1/128', '::/128', '64:ff9b::/96', '::ffff:0:0/96', '100::/64', '2001::/23', '2001:2::/48', '2001:db8::/32', '2001:10::/28'],
    ...['2002::/16', 'fc00::/7', 'fe80::/10'],
  ],
};

/** @throws Error for an RFC that is not known here */
export function isOfRfc(address: InterfaceAddress, rfc: string): boolean {
  const networks = Object.hasOwn(rfcNetworks, rfc) ? rfcNetworks[rfc] : undefined;
  if (!networks) throw new Error(`sockaddr knows no networks of RFC ${rfc}`);
  return networks.some((text) => {
    const network = parseNetwork(text);
    return network !== undefined && isWithin(address, network);
  });
}

/** Neither of this machine only, nor of this link, nor for many, nor unspecified. */
export function isForwardable(address: InterfaceAddress): boolean {
  return !isOfRfc(address, '1122') && !isOfRfc(address, '3927') && !isOfRfc(address, '4291') && !isOfRfc(address, '1112');
}
