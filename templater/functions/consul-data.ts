/** consul-template's functions that ask Consul. What has not arrived is noted as missing and shows as nothing. */
import { keyFromText } from '../../src/model/kv-key.js';
import type { CallContext } from '../call-context.js';
import type { Dependency } from '../data-source.js';
import { fromBytes, fromText, toText } from '../go-template/byte-string.js';
import { compareBytes, GoList, type GoValue } from '../go-template/value.js';
import { stringList } from './confd-keys.js';
import { existingPair, noPairs, pairsBelow, valueOfKey } from './consul-pairs.js';
import {
  parseDatacenterQuery,
  parseKeyQuery,
  parseNodeQuery,
  parsePlaceQuery,
  parsePrefixQuery,
  parseServiceQuery,
  type ServiceQuery,
} from './consul-query.js';
import {
  catalogNodeValue,
  healthServiceListType,
  healthServiceValue,
  nodeValue,
  snippetListType,
  snippetValue,
  statusOf,
  unfetchedNode,
  unknownNode,
} from './consul-values.js';
import { type Dialect, row } from './function-row.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulDataFunctions = [
  row({
    name: 'key',
    dialects,
    usage: 'key "PATH@DC"',
    summary: 'the value of a key; waits as long as there is none',
    parameters: ['string'],
    call: (context, [path]) => {
      if (path === '') return '';
      const dependency = keyDependency(path);
      const entry = context.lookup(dependency);
      if (entry) return valueOfKey(entry);
      if (entry === null) context.waitFor(dependency);
      return '';
    },
  }),
  row({
    name: 'keyExists',
    dialects,
    usage: 'keyExists "PATH@DC"',
    summary: 'whether there is such a key; never waits for one',
    parameters: ['string'],
    call: (context, [path]) => path !== '' && Boolean(context.lookup(keyDependency(path))),
  }),
  row({
    name: 'keyExistsGet',
    dialects,
    usage: 'keyExistsGet "PATH@DC"',
    summary: 'the pair of a key with `.Exists`, `.Path`, `.Key`, `.Value` and more; one that does not exist is empty, and not waited for',
    parameters: ['string'],
    call: (context, [path]) => {
      const dependency = path === '' ? undefined : keyDependency(path);
      return existingPair(dependency && context.lookup(dependency), path.replace(/^\/|@[^@]*$/g, ''));
    },
  }),
  row({
    name: 'keyOrDefault',
    dialects,
    usage: 'keyOrDefault "PATH@DC" DEFAULT',
    summary: 'the value of a key, or the default when it is missing or empty',
    parameters: ['string', 'string'],
    call: (context, [path, fallback]) => {
      const entry = path === '' ? null : context.lookup(keyDependency(path));
      return (entry && valueOfKey(entry)) || fallback;
    },
  }),
  row({
    name: 'ls',
    dialects,
    usage: 'ls "PREFIX@DC"',
    summary: 'the pairs directly below a prefix: `.Key` (rest after the prefix), `.Path`, `.Value`, `.Flags`, `.Session` and the indexes',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: false, waits: false }),
  }),
  row({
    name: 'tree',
    dialects,
    usage: 'tree "PREFIX@DC"',
    summary: 'all pairs below a prefix',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: true, waits: false }),
  }),
  row({
    name: 'safeLs',
    dialects,
    usage: 'safeLs "PREFIX@DC"',
    summary: 'as ls, but waits while there is nothing below',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: false, waits: true }),
  }),
  row({
    name: 'safeTree',
    dialects,
    usage: 'safeTree "PREFIX@DC"',
    summary: 'as tree, but waits while there is nothing below',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: true, waits: true }),
  }),
  row({
    name: 'service',
    dialects,
    usage: 'service "TAG.NAME@DC~NEAR|FILTER"',
    summary:
      'instances of a service with `.Node`, `.ID`, `.Name`, `.Address`, `.Port`, `.Tags`, `.Status`, `.Checks` and more; FILTER is a list of `any passing warning critical maintenance`, by default passing',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => instances(context, words, false),
  }),
  row({
    name: 'connect',
    dialects,
    usage: 'connect "NAME"',
    summary: 'as service, for the instances that take mesh connections',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => instances(context, words, true),
  }),
  row({
    name: 'services',
    dialects,
    usage: 'services ["@DC"]',
    summary: 'all services with `.Name` and `.Tags`, by name',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => {
      const datacenter = text(parseDatacenterQuery(words.join(''), 'catalog.services'));
      const services = context.lookup({ kind: 'services', datacenter }) ?? [];
      return new GoList(services.toSorted((a, b) => compareText(a.Service, b.Service)).map(snippetValue), snippetListType);
    },
  }),
  row({
    name: 'nodes',
    dialects,
    usage: 'nodes ["@DC~NEAR"]',
    summary: 'all nodes with `.Node`, `.Address`, `.Datacenter`, `.TaggedAddresses`, `.Meta`, by name',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => {
      const { datacenter, near } = parsePlaceQuery(words.join(''), 'catalog.nodes');
      const nodes = context.lookup({ kind: 'nodes', datacenter: text(datacenter), near: text(near) }) ?? [];
      const byName = (a: (typeof nodes)[number], b: (typeof nodes)[number]) =>
        compareText(a.Node, b.Node) || compareText(a.Address, b.Address);
      return new GoList((near === '' ? nodes.toSorted(byName) : nodes).map(nodeValue), '[]*dependency.Node');
    },
  }),
  row({
    name: 'node',
    dialects,
    usage: 'node ["NAME@DC"]',
    summary: 'a node (`.Node`) with its services (`.Services`); without a name the agent’s own',
    parameters: [],
    rest: 'string',
    call: (context, _, words) => {
      const { node, datacenter } = parseNodeQuery(words.join(''), 'catalog.node');
      const answer = context.lookup({ kind: 'node', node: text(node), datacenter: text(datacenter) });
      if (answer === undefined) return unfetchedNode;
      return answer ? catalogNodeValue(answer) : unknownNode;
    },
  }),
  row({
    name: 'datacenters',
    dialects,
    usage: 'datacenters [IGNORE]',
    summary: 'the names of the datacenters; with true those that cannot be reached are left out',
    parameters: [],
    rest: 'bool',
    call: (context, _, words) => {
      if (words.length > 1) throw new Error(`datacenters: wrong number of arguments, expected 0 or 1, but got ${words.length}`);
      const names = context.lookup({ kind: 'datacenters', ignoreFailing: words[0] ?? false }) ?? [];
      return stringList(names.map(fromText).sort(compareBytes));
    },
  }),
  row({
    name: 'file',
    dialects,
    usage: 'file PATH',
    summary: 'the contents of a local file, watched; with `sandbox_path`, only of files below it',
    parameters: ['string'],
    call: (context, [path]) => {
      const bytes = path === '' ? undefined : context.lookup({ kind: 'file', path: text(path), sandbox: context.sandbox });
      return bytes ? fromBytes(bytes) : '';
    },
  }),
];

function keyDependency(path: string): Dependency<'key'> {
  const { key, datacenter } = parseKeyQuery(path, 'kv.get');
  return { kind: 'key', key: keyFromText(text(key)), datacenter: text(datacenter) };
}

function pairs(context: CallContext, path: string, { isDeep, waits }: { isDeep: boolean; waits: boolean }): GoValue {
  if (path === '') return noPairs;
  const { prefix, datacenter } = parsePrefixQuery(path, 'kv.list');
  const dependency = { kind: 'keyPrefix', prefix: keyFromText(text(prefix)), datacenter: text(datacenter) } as const;
  const entries = context.lookup(dependency);
  if (entries?.length === 0 && waits) context.waitFor(dependency);
  return entries === undefined ? noPairs : pairsBelow(entries, { prefix, isDeep });
}

function instances(context: CallContext, words: readonly string[], connect: boolean): GoValue {
  if ((words[0] ?? '') === '') return new GoList([], healthServiceListType);
  const query = parseServiceQuery(words.join('|'), 'health.service');
  const passing = query.filters.length === 1 && query.filters[0] === 'passing';
  const entries = context.lookup({
    kind: 'service',
    service: text(query.name),
    tag: text(query.tag),
    datacenter: text(query.datacenter),
    near: text(query.near),
    passing,
    connect,
  });
  const wanted = (entries ?? []).filter((entry) => matchesFilter(statusOf(entry), query));
  const byNode = (a: (typeof wanted)[number], b: (typeof wanted)[number]) =>
    compareText(a.Node.Node, b.Node.Node) || compareText(a.Service.ID, b.Service.ID);
  return new GoList((query.near === '' ? wanted.sort(byNode) : wanted).map(healthServiceValue), healthServiceListType);
}

function matchesFilter(status: string, { filters }: ServiceQuery): boolean {
  return filters.some((filter) => filter === 'any' || filter === status);
}

function text(bytes: string): string {
  return toText(bytes);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : compareBytes(fromText(a), fromText(b));
}
