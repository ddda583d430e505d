/** The pipeline of `sockaddr`: lists of addresses filtered, sorted and moved. */
import { fromText } from '../go-template/byte-string.js';
import {
  bytesOf,
  defaultInterface,
  hostMask,
  type InterfaceAddress,
  isForwardable,
  isOfRfc,
  isWithin,
  networkOf,
  parseNetwork,
  textOf,
  width,
} from './interface-address.js';
import { compiledPattern } from './patterns.js';

type List = readonly InterfaceAddress[];

export function included(list: List, selector: string, wanted: string): List {
  return list.filter((address) => matches(address, selector, wanted));
}

export function excluded(list: List, selector: string, wanted: string): List {
  return list.filter((address) => !matches(address, selector, wanted));
}

function matches(address: InterfaceAddress, selector: string, wanted: string): boolean {
  const alternatives = wanted.split('|');
  switch (selector) {
    case 'address':
      return compiledPattern(fromText(wanted)).test(textOf(address.value, address));
    case 'name':
      return compiledPattern(fromText(wanted)).test(address.name);
    case 'type':
      return alternatives.some((type) => isOfType(address, type.toLowerCase()));
    case 'network':
      return alternatives.some((text) => isWithin(address, networkGiven(text)));
    case 'rfc':
    case 'rfcs':
      return alternatives.some((rfc) => isOfRfc(address, rfc.replace(/^rfc/i, '')));
    case 'size':
      return wanted.startsWith('/') ? String(address.bits) === wanted.slice(1) : String(hostMask(address) + 1n) === wanted;
    case 'port':
      return wanted === '0';
    case 'flag':
    case 'flags':
      return alternatives.every((flag) => hasFlag(address, flag));
    default:
      throw new Error(`sockaddr: "${selector}" is nothing to select by`);
  }
}

function isOfType({ family }: InterfaceAddress, type: string): boolean {
  if (type === 'ip') return true;
  if (type === 'ipv4' || type === 'ipv6') return family.toLowerCase() === type;
  if (type === 'unix') return false;
  throw new Error(`sockaddr: "${type}" is no type of address`);
}

function networkGiven(text: string): InterfaceAddress {
  const network = parseNetwork(text);
  if (!network) throw new Error(`sockaddr: "${text}" is no network such as 10.0.0.0/8`);
  return network;
}

/** Node knows only interfaces that are up, and not what they can do. */
function hasFlag(address: InterfaceAddress, flag: string): boolean {
  switch (flag) {
    case 'up':
      return true;
    case 'down':
      return false;
    case 'loopback':
      return address.isLoopback;
    case 'forwardable':
      return isForwardable(address);
    case 'global unicast':
      return isForwardable(address);
    case 'link-local unicast':
      return isOfRfc(address, '3927') || isWithin(address, networkGiven('fe80::/10'));
    case 'multicast':
      return isOfRfc(address, '1112') || isWithin(address, networkGiven('ff00::/8'));
    case 'unspecified':
      return address.value === 0n;
    default:
      throw new Error(`sockaddr: the flag "${flag}" is not known of interfaces here`);
  }
}

type Compare = (a: InterfaceAddress, b: InterfaceAddress) => number;

/** `default,-type,size,+address`: by the first, where equal by the next. */
export function sorted(list: List, order: string): List {
  const comparisons = order.split(',').map(comparisonOf);
  return list.toSorted((a, b) => comparisons.reduce((result, compare) => result || compare(a, b), 0));
}

function comparisonOf(word: string): Compare {
  const [sign, name] = word.startsWith('-') ? [-1, word.slice(1)] : [1, word.replace(/^\+/, '')];
  const compare = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
  if (!compare) throw new Error(`sockaddr: "${name}" is nothing to sort by`);
  return (a, b) => sign * compare(a, b);
}

const comparisons: Readonly<Record<string, Compare>> = {
  address: (a, b) => Buffer.compare(bytesOf(a.value, a), bytesOf(b.value, b)),
  default: (a, b) => {
    const route = defaultInterface();
    return Number(b.name === route) - Number(a.name === route);
  },
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  port: () => 0,
  private: (a, b) => Number(isOfRfc(b, '6890')) - Number(isOfRfc(a, '6890')),
  // Larger networks first.
  size: (a, b) => width(b) - b.bits - (width(a) - a.bits),
  type: (a, b) => width(a) - width(b),
};

/** Each address or name once; equal ones must stand together. */
export function unique(list: List, selector: string): List {
  if (selector !== 'address' && selector !== 'name') throw new Error(`sockaddr: unique takes "address" or "name", not "${selector}"`);
  const same = (a: InterfaceAddress, b: InterfaceAddress | undefined) =>
    b !== undefined && (selector === 'name' ? a.name === b.name : a.value === b.value && a.family === b.family);
  return list.filter((address, i) => !same(address, list[i - 1]));
}

export function limited(list: List, count: number): List {
  if (!Number.isInteger(count) || count < 0) throw new Error('sockaddr: limit takes a number of addresses');
  return list.slice(0, count);
}

/** From the end when negative. */
export function offset(list: List, count: number): List {
  if (!Number.isInteger(count) || Math.abs(count) > list.length) throw new Error('sockaddr: unable to seek past the end of the list');
  return count < 0 ? list.slice(list.length + count) : list.slice(count);
}

/** `math "address" "+1"`, `math "network" "-1"`, `math "mask" "24"`. */
export function moved(address: InterfaceAddress, operation: string, amount: string): InterfaceAddress {
  if (!/^[+-]?\d+$/.test(amount)) throw new Error(`sockaddr: "${amount}" is no amount such as "+1"`);
  const by = BigInt(amount.replace(/^\+/, ''));
  switch (operation) {
    case 'address':
      return { ...address, value: BigInt.asUintN(width(address), address.value + by) };
    case 'network': {
      const size = hostMask(address) + 1n;
      const within = (((by < 0n ? size + by : by) % size) + size) % size;
      return { ...address, value: networkOf(address) + within };
    }
    case 'mask': {
      const masked = { ...address, bits: Number(by) };
      if (masked.bits < 0 || masked.bits > width(address)) throw new Error(`sockaddr: "${amount}" is no mask`);
      return { ...address, value: networkOf(masked), bits: Math.min(masked.bits, address.bits) };
    }
    default:
      throw new Error(`sockaddr: "${operation}" is no operation; there are address, network and mask`);
  }
}
