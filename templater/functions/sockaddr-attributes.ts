/** What `attr` and `join` of `sockaddr` show of an address. */
import { bytesOf, hostMask, type InterfaceAddress, networkOf, textOf, width } from './interface-address.js';

/** @throws Error for an attribute that the address does not have */
export function attributeOf(address: InterfaceAddress, name: string): string {
  const table = [attributes, address.family === 'IPv4' ? attributesOfIPv4 : attributesOfIPv6].find((each) => Object.hasOwn(each, name));
  const attribute = table?.[name];
  if (!attribute) throw new Error(`sockaddr: an ${address.family} address has no attribute "${name}"`);
  return attribute(address);
}

type Attributes = Readonly<Record<string, (address: InterfaceAddress) => string>>;

const attributes: Attributes = {
  name: ({ name }) => name,
  type: ({ family }) => family,
  string: (address) =>
    address.bits === width(address) ? textOf(address.value, address) : `${textOf(address.value, address)}/${address.bits}`,
  address: (address) => textOf(address.value, address),
  host: (address) => textOf(address.value, address),
  port: () => '0',
  network: (address) => `${textOf(networkOf(address), address)}${address.bits === width(address) ? '' : `/${address.bits}`}`,
  netmask: (address) => textOf(~hostMask(address), address),
  mask_bits: ({ bits }) => String(bits),
  size: (address) => String(hostMask(address) + 1n),
  binary: (address) => address.value.toString(2).padStart(width(address), '0'),
  hex: (address) => address.value.toString(16).padStart(width(address) / 4, '0'),
  octets: (address) => [...bytesOf(address.value, address)].join(' '),
  first_usable: (address) => textOf(hasEdges(address) ? networkOf(address) + 1n : networkOf(address), address),
  last_usable: (address) => {
    const last = networkOf(address) | hostMask(address);
    return textOf(hasEdges(address) ? last - 1n : last, address);
  },
};

const attributesOfIPv4: Attributes = {
  broadcast: (address) => textOf(networkOf(address) | hostMask(address), address),
  uint32: ({ value }) => String(value),
};

const attributesOfIPv6: Attributes = { uint128: ({ value }) => String(value) };

/** In IPv4 the first and the last address of a network are nobody's, but where there are only two (RFC 3021). */
function hasEdges(address: InterfaceAddress): boolean {
  return address.family === 'IPv4' && address.bits < 31;
}
