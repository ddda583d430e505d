/** consul-template's `sockaddr`: a template in Go syntax over the machine's network interfaces, with functions of its own. */
import { fromText, toText } from '../go-template/byte-string.js';
import { linkGoTemplate, parseGoTemplate } from '../go-template/go-template.js';
import { type GoFunction, GoList, GoStruct, type GoValue, type StructType } from '../go-template/value.js';
import { row } from './function-row.js';
import { defaultInterface, type InterfaceAddress, interfaceAddresses, isForwardable, isOfRfc, textOf } from './interface-address.js';
import { attributeOf } from './sockaddr-attributes.js';
import { excluded, included, limited, moved, offset, sorted, unique } from './sockaddr-lists.js';

export const sockaddrFunctions = [
  row({
    name: 'sockaddr',
    dialects: ['consul-template'],
    usage: 'sockaddr "PIPELINE"',
    summary:
      'addresses of this machine: `GetPrivateIP`, `GetInterfaceIP "eth0"`, `GetAllInterfaces | include "type" "IPv4" | sort "size" | attr "address"`, as go-sockaddr has them',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => {
      const source = `{{ ${words.join(' ')} }}`;
      const parsed = parseGoTemplate({ source, name: 'sockaddr.Parse', isFunction: (name) => functions.has(name) });
      const template = linkGoTemplate(parsed, { functions, missingKey: 'error' });
      return fromText(toText(template.run(listValue(interfaceAddresses()), () => context)));
    },
  }),
];

const addressType: StructType = { name: 'sockaddr.IfAddr', pointer: false, fields: new Map(), print: (value) => printed(value) };
const listType = 'sockaddr.IfAddrs';
const addresses = new WeakMap<GoStruct, InterfaceAddress>();

function listValue(list: readonly InterfaceAddress[]): GoList {
  const values = list.map((address) => {
    const value = new GoStruct(addressType, {});
    addresses.set(value, address);
    return value;
  });
  return new GoList(values, listType, { elementType: addressType.name });
}

function addressOf(value: GoValue): InterfaceAddress {
  const address = value instanceof GoStruct ? addresses.get(value) : undefined;
  if (!address) throw new Error('an address of an interface was expected');
  return address;
}

function listOf(value: GoValue): readonly InterfaceAddress[] {
  return value instanceof GoList ? value.items.map(addressOf) : [];
}

function printed(value: GoStruct): string {
  const address = addressOf(value);
  return fromText(`${attributeOf(address, 'string')} {${address.name}}`);
}

function privateAddresses(): readonly InterfaceAddress[] {
  return interfaceAddresses().filter((address) => isOfRfc(address, '6890') && isForwardable(address));
}

function publicAddresses(): readonly InterfaceAddress[] {
  return interfaceAddresses().filter((address) => !isOfRfc(address, '6890') && isForwardable(address));
}

/** As go-sockaddr prefers them: IPv4 before IPv6, larger networks first. */
function named(name: string): readonly InterfaceAddress[] {
  return sorted(
    interfaceAddresses().filter((address) => address.name === name),
    '+type,+size,+address',
  );
}

function onDefaultRoute(list: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const route = defaultInterface();
  const there = list.filter(({ name }) => name === route);
  return sorted(there.length > 0 ? there : list, '+type,+size,+address');
}

function texts(list: readonly InterfaceAddress[]): string {
  return list.map((address) => textOf(address.value, address)).join(' ');
}

/** The first one's text, '' when there is none. */
function first(list: readonly InterfaceAddress[]): string {
  return texts(list.slice(0, 1));
}

function fixed(name: string, call: () => GoValue): GoFunction {
  return { kind: 'function', name, parameters: [], call };
}

function onList(name: string, words: number, call: (list: readonly InterfaceAddress[], words: readonly string[]) => GoValue): GoFunction {
  const parameters = [...Array.from({ length: words }, () => 'string'), listType];
  return { kind: 'function', name, parameters, call: (values) => call(listOf(values.at(-1)), values.slice(0, -1).map(wordOf)) };
}

function wordOf(value: GoValue): string {
  return toText(String(value));
}

const rows: readonly GoFunction[] = [
  fixed('GetAllInterfaces', () => listValue(interfaceAddresses())),
  fixed('GetDefaultInterfaces', () => listValue(interfaceAddresses().filter(({ name }) => name === defaultInterface()))),
  fixed('GetPrivateInterfaces', () => listValue(onDefaultRoute(privateAddresses()))),
  fixed('GetPublicInterfaces', () => listValue(onDefaultRoute(publicAddresses()))),
  fixed('GetPrivateIP', () => first(onDefaultRoute(privateAddresses()).filter(({ family }) => family === 'IPv4'))),
  fixed('GetPrivateIPs', () => texts(sorted(privateAddresses(), '+type,+size,+address'))),
  fixed('GetPublicIP', () => first(onDefaultRoute(publicAddresses()))),
  fixed('GetPublicIPs', () => texts(sorted(publicAddresses(), '+type,+size,+address'))),
  { kind: 'function', name: 'GetInterfaceIP', parameters: ['string'], call: ([name]) => first(named(wordOf(name))) },
  { kind: 'function', name: 'GetInterfaceIPs', parameters: ['string'], call: ([name]) => texts(named(wordOf(name))) },
  onList('sort', 1, (list, [order = '']) => listValue(sorted(list, order))),
  onList('include', 2, (list, [selector = '', wanted = '']) => listValue(included(list, selector, wanted))),
  onList('exclude', 2, (list, [selector = '', wanted = '']) => listValue(excluded(list, selector, wanted))),
  onList('unique', 1, (list, [selector = '']) => listValue(unique(list, selector))),
  onList('math', 2, (list, [operation = '', amount = '']) => listValue(list.map((address) => moved(address, operation, amount)))),
  onList('join', 2, (list, [name = '', separator = '']) => fromText(list.map((address) => attributeOf(address, name)).join(separator))),
  onList('attr', 1, (list, [name = '']) => fromText(list[0] === undefined ? '' : attributeOf(list[0], name))),
  {
    kind: 'function',
    name: 'Attr',
    parameters: ['string', addressType.name],
    call: ([name, address]) => fromText(attributeOf(addressOf(address), wordOf(name))),
  },
  {
    kind: 'function',
    name: 'limit',
    parameters: ['value', listType],
    call: ([count, list]) => listValue(limited(listOf(list), Number(count))),
  },
  {
    kind: 'function',
    name: 'offset',
    parameters: ['value', listType],
    call: ([count, list]) => listValue(offset(listOf(list), Number(count))),
  },
];

const functions: ReadonlyMap<string, GoFunction> = new Map(rows.map((one) => [one.name, one]));
