/** consul-template's functions that ask Consul for services and nodes. What has not arrived is noted as missing and shows as nothing. */
import type { CallContext } from '../call-context.js';
import { fromText, toText } from '../go-template/byte-string.js';
import { compareBytes, GoList, type GoValue } from '../go-template/value.js';
import { parseDatacenterQuery, parseNodeQuery, parsePlaceQuery, parseServiceQuery, type ServiceQuery } from './consul-query.js';
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
import { stringList } from './go-strings.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulCatalogFunctions = [
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
      const datacenter = toText(parseDatacenterQuery(words.join(''), 'catalog.services'));
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
      const nodes = context.lookup({ kind: 'nodes', datacenter: toText(datacenter), near: toText(near) }) ?? [];
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
      const answer = context.lookup({ kind: 'node', node: toText(node), datacenter: toText(datacenter) });
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
];

function instances(context: CallContext, words: readonly string[], connect: boolean): GoValue {
  if ((words[0] ?? '') === '') return new GoList([], healthServiceListType);
  const query = parseServiceQuery(words.join('|'), 'health.service');
  const passing = query.filters.length === 1 && query.filters[0] === 'passing';
  const entries = context.lookup({
    kind: 'service',
    service: toText(query.name),
    tag: toText(query.tag),
    datacenter: toText(query.datacenter),
    near: toText(query.near),
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

function compareText(a: string, b: string): number {
  return a === b ? 0 : compareBytes(fromText(a), fromText(b));
}
