/** confd's functions that look at the machine: environment, time, network; and `include`. */

import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { CallContext } from '../call-context.js';
import type { ServerRecord } from '../data-source.js';
import { fromText, toText } from '../go-template/byte-string.js';
import { compareBytes, GoInteger, GoList, GoStruct, type StructType } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';
import { stringList } from './go-strings.js';
import { timeValue } from './go-time.js';

const dialects: readonly Dialect[] = ['confd'];

export const confdEnvironmentFunctions = [
  row({
    name: 'getenv',
    dialects,
    usage: 'getenv NAME [DEFAULT]',
    summary: 'an environment variable; unset or empty gives the default',
    parameters: ['string'],
    rest: 'string',
    call: ({ source }, [name], [fallback = '']) => fromText(source.environment(toText(name)) || '') || fallback,
  }),
  row({
    name: 'datetime',
    dialects,
    usage: 'datetime',
    summary: 'the time now, with methods such as `.Format "2006-01-02"`, `.Year`, `.Unix`, `.UTC`',
    parameters: [],
    call: ({ source }) => timeValue(source.now(), 'local'),
  }),
  row({
    name: 'hostname',
    dialects,
    usage: 'hostname',
    summary: 'the name of this machine',
    parameters: [],
    call: () => fromText(hostname()),
  }),
  row({
    name: 'lookupIP',
    dialects,
    usage: 'lookupIP NAME',
    summary: 'addresses of a host name; a failure gives none',
    parameters: ['string'],
    call: (context, [name]) => addresses(context, name, 0),
  }),
  row({
    name: 'lookupIPV4',
    dialects,
    usage: 'lookupIPV4 NAME',
    summary: 'the same, IPv4 only',
    parameters: ['string'],
    call: (context, [name]) => addresses(context, name, 4),
  }),
  row({
    name: 'lookupIPV6',
    dialects,
    usage: 'lookupIPV6 NAME',
    summary: 'the same, IPv6 only',
    parameters: ['string'],
    call: (context, [name]) => addresses(context, name, 6),
  }),
  row({
    name: 'lookupSRV',
    dialects,
    usage: 'lookupSRV SERVICE PROTOCOL NAME',
    summary: 'SRV records with `.Target`, `.Port`, `.Priority`, `.Weight`; a failure gives none',
    parameters: ['string', 'string', 'string'],
    call: (context, [service, protocol, name]) => {
      const dependency = { kind: 'hostServices', service: toText(service), protocol: toText(protocol), name: toText(name) } as const;
      return new GoList(sortedServers(context.lookup(dependency) ?? []).map(serverValue), '[]*net.SRV');
    },
  }),
  row({
    name: 'lookupIfaceIPV4',
    dialects,
    usage: 'lookupIfaceIPV4 INTERFACE',
    summary: 'the first IPv4 address of a network interface, "" when there is none',
    parameters: ['string'],
    call: (_, [name]) => interfaceAddress(name, 'IPv4'),
  }),
  row({
    name: 'lookupIfaceIPV6',
    dialects,
    usage: 'lookupIfaceIPV6 INTERFACE',
    summary: 'the first IPv6 address of a network interface, "" when there is none',
    parameters: ['string'],
    call: (_, [name]) => interfaceAddress(name, 'IPv6'),
  }),
  row({
    name: 'include',
    dialects,
    usage: 'include FILE [DATA]',
    summary: 'another file of the template directory, rendered',
    parameters: ['string'],
    rest: 'interface {}',
    call: (context, [file], [data]) => context.include(file, data ?? undefined),
  }),
];

function addresses(context: CallContext, name: string, family: 0 | 4 | 6): GoList {
  const text = toText(name);
  const literal = isIP(text);
  if (literal !== 0) return stringList(family === 0 || family === literal ? [name] : []);
  const found = context.lookup({ kind: 'hostAddresses', name: text, family }) ?? [];
  return stringList(found.map(fromText).sort(compareBytes));
}

const serverType: StructType = {
  name: 'net.SRV',
  pointer: true,
  fields: new Map([
    ['Target', 'string'],
    ['Port', 'uint16'],
    ['Priority', 'uint16'],
    ['Weight', 'uint16'],
  ]),
};

function serverValue({ Target, Port, Priority, Weight }: ServerRecord): GoStruct {
  const number = (value: number) => new GoInteger('uint16', BigInt(value));
  return new GoStruct(serverType, { Target: fromText(Target), Port: number(Port), Priority: number(Priority), Weight: number(Weight) });
}

/** By the four fields joined as text, as confd sorts them. */
function sortedServers(records: readonly ServerRecord[]): readonly ServerRecord[] {
  const asText = ({ Target, Port, Priority, Weight }: ServerRecord) => `${Target}${Port}${Priority}${Weight}`;
  return records.toSorted((a, b) => compareBytes(asText(a), asText(b)));
}

function interfaceAddress(name: string, family: 'IPv4' | 'IPv6'): string {
  const interfaces = new Map(Object.entries(networkInterfaces()));
  return interfaces.get(toText(name))?.find((address) => address.family === family)?.address ?? '';
}
