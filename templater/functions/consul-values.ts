/**
 * Records of the HTTP API as consul-template's templates see them: the same fields, under the type names its error texts show.
 * What was made of a record is kept with the record: an unchanged catalog costs nothing to render again.
 */
import type { HealthEntry, NodeServices, ServiceSummary } from '../../src/model/catalog-answers.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../src/model/records.js';
import { fromText } from '../go-template/byte-string.js';
import {
  compareBytes,
  type GoFunction,
  GoList,
  GoMap,
  GoStruct,
  type GoValue,
  type Methods,
  type StructType,
} from '../go-template/value.js';
import { structType } from './struct-type.js';

const strings = 'map[string]string';

const nodeType = structType('dependency.Node', {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Datacenter: 'string',
  TaggedAddresses: strings,
  Meta: strings,
});

export const nodeValue = perRecord((node: NodeRecord) => {
  return new GoStruct(nodeType, {
    ID: fromText(node.ID),
    Node: fromText(node.Node),
    Address: fromText(node.Address),
    Datacenter: fromText(node.Datacenter),
    TaggedAddresses: stringMap(node.TaggedAddresses),
    Meta: stringMap(node.Meta),
  });
});

const nodeServiceType = structType('dependency.CatalogNodeService', {
  ID: 'string',
  Service: 'string',
  Tags: 'dependency.ServiceTags',
  Meta: strings,
  Port: 'int',
  Address: 'string',
  EnableTagOverride: 'bool',
});

const nodeServiceValue = perRecord((service: ServiceRecord) => {
  return new GoStruct(nodeServiceType, {
    ID: fromText(service.ID),
    Service: fromText(service.Service),
    Tags: tagList(service.Tags),
    Meta: stringMap(service.Meta),
    Port: BigInt(service.Port),
    Address: fromText(service.Address),
    EnableTagOverride: service.EnableTagOverride,
  });
});

const catalogNodeType = structType('dependency.CatalogNode', { Node: '*dependency.Node', Services: '[]*dependency.CatalogNodeService' });

export const catalogNodeValue = perRecord((answer: NodeServices) => {
  const services = answer.Services.toSorted((a, b) => compareBytes(a.Service, b.Service) || compareBytes(a.ID, b.ID));
  return new GoStruct(catalogNodeType, {
    Node: nodeValue(answer.Node),
    Services: new GoList(services.map(nodeServiceValue), '[]*dependency.CatalogNodeService'),
  });
});

/** A node that does not exist has no `.Node` and no services; one that has not been fetched is a nil pointer itself. */
export const unknownNode = new GoStruct(catalogNodeType, {
  Node: new GoStruct(nodeType, null),
  Services: new GoList([], '[]*dependency.CatalogNodeService'),
});
export const unfetchedNode = new GoStruct(catalogNodeType, null);

const snippetType = structType('dependency.CatalogSnippet', { Name: 'string', Tags: 'dependency.ServiceTags' });
export const snippetListType = '[]*dependency.CatalogSnippet';

export const snippetValue = perRecord((service: ServiceSummary) => {
  return new GoStruct(snippetType, { Name: fromText(service.Service), Tags: tagList(service.Tags) });
});

const healthServiceType = structType('dependency.HealthService', {
  Node: 'string',
  NodeID: 'string',
  NodeAddress: 'string',
  NodeTaggedAddresses: strings,
  NodeMeta: strings,
  ServiceMeta: strings,
  Address: 'string',
  ServiceTaggedAddresses: 'map[string]api.ServiceAddress',
  ID: 'string',
  Name: 'string',
  Kind: 'string',
  Tags: 'dependency.ServiceTags',
  Checks: 'api.HealthChecks',
  Status: 'string',
  Port: 'int',
  Weights: 'api.AgentWeights',
});
export const healthServiceListType = '[]*dependency.HealthService';

export const healthServiceValue = perRecord((entry: HealthEntry) => {
  const { Node: node, Service: service } = entry;
  return new GoStruct(healthServiceType, {
    Node: fromText(node.Node),
    NodeID: fromText(node.ID),
    NodeAddress: fromText(node.Address),
    NodeTaggedAddresses: stringMap(node.TaggedAddresses),
    NodeMeta: stringMap(node.Meta),
    ServiceMeta: stringMap(service.Meta),
    Address: fromText(service.Address || node.Address),
    ServiceTaggedAddresses: serviceAddresses(service.TaggedAddresses),
    ID: fromText(service.ID),
    Name: fromText(service.Service),
    Kind: service.Kind,
    Tags: tagList(service.Tags),
    Checks: new GoList(entry.Checks.map(checkValue), 'api.HealthChecks', { elementType: '*api.HealthCheck' }),
    Status: statusOf(entry),
    Port: BigInt(service.Port),
    Weights: new GoStruct(weightsType, { Passing: BigInt(service.Weights.Passing), Warning: BigInt(service.Weights.Warning) }),
  });
});

const weightsType: StructType = { ...structType('api.AgentWeights', { Passing: 'int', Warning: 'int' }), pointer: false };
const addressType: StructType = { ...structType('api.ServiceAddress', { Address: 'string', Port: 'int' }), pointer: false };

function serviceAddresses(addresses: ServiceRecord['TaggedAddresses']): GoMap {
  const entries = Object.entries(addresses ?? {}).map(([name, { Address, Port }]) => {
    return [fromText(name), new GoStruct(addressType, { Address: fromText(Address), Port: BigInt(Port) })] as const;
  });
  return new GoMap(new Map(entries), 'map[string]api.ServiceAddress');
}

const checkType = structType('api.HealthCheck', {
  Node: 'string',
  CheckID: 'string',
  Name: 'string',
  Status: 'string',
  Notes: 'string',
  Output: 'string',
  ServiceID: 'string',
  ServiceName: 'string',
  ServiceTags: '[]string',
  Type: 'string',
});

const checkValue = perRecord((check: CheckRecord) => {
  return new GoStruct(checkType, {
    Node: fromText(check.Node),
    CheckID: fromText(check.CheckID),
    Name: fromText(check.Name),
    Status: fromText(check.Status),
    Notes: fromText(check.Notes),
    Output: fromText(check.Output),
    ServiceID: fromText(check.ServiceID),
    ServiceName: fromText(check.ServiceName),
    ServiceTags: new GoList((check.ServiceTags ?? []).map(fromText), '[]string'),
    Type: fromText(check.Type ?? ''),
  });
});

/** The worst of the checks of node and service; maintenance goes before everything; without checks it is passing. */
export function statusOf({ Checks: checks }: HealthEntry): string {
  if (checks.some(({ CheckID: id }) => id === '_node_maintenance' || id.startsWith('_service_maintenance:'))) return 'maintenance';
  for (const status of ['critical', 'warning']) if (checks.some(({ Status }) => Status === status)) return status;
  return 'passing';
}

/** Sorted, and with the method that consul-template gives them. */
function tagList(tags: readonly string[] | null): GoList {
  const sorted = (tags ?? []).map(fromText).sort(compareBytes);
  return new GoList(sorted, 'dependency.ServiceTags', { elementType: 'string', methods: tagMethods });
}

const tagMethods: Methods = {
  Contains: (receiver: GoValue): GoFunction => ({
    kind: 'function',
    name: 'Contains',
    parameters: ['string'],
    call: ([tag]) => receiver instanceof GoList && receiver.items.includes(tag),
  }),
};

function stringMap(record: Readonly<Record<string, string>> | null): GoMap {
  return new GoMap(new Map(Object.entries(record ?? {}).map(([key, value]) => [fromText(key), fromText(value)])), strings);
}

function perRecord<R extends object>(make: (record: R) => GoStruct): (record: R) => GoStruct {
  const made = new WeakMap<R, GoStruct>();
  return (record) => {
    const known = made.get(record);
    if (known) return known;
    const fresh = make(record);
    made.set(record, fresh);
    return fresh;
  };
}
