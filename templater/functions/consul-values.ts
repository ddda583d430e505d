/**
 * Records of the HTTP API as consul-template's templates see them: the same fields, under the type names its error texts show.
 * What was made of a record is kept with the record: an unchanged catalog costs nothing to render again.
 */
import { byteStringFromBase64 } from '../../src/lib/base64.js';
import type { HealthEntry, NodeServices, ServiceSummary } from '../../src/model/catalog-answers.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from '../../src/model/records.js';
import { fromText } from '../go-template/byte-string.js';
import {
  compareBytes,
  type GoFunction,
  GoInteger,
  GoList,
  GoMap,
  GoStruct,
  type GoValue,
  type Methods,
  type StructType,
} from '../go-template/value.js';

function structType(name: string, fields: Readonly<Record<string, string>>): StructType {
  return { name, pointer: true, fields: new Map(Object.entries(fields)) };
}

const strings = 'map[string]string';

const keyPairType = structType('dependency.KeyPair', {
  Path: 'string',
  Key: 'string',
  Value: 'string',
  CreateIndex: 'uint64',
  ModifyIndex: 'uint64',
  LockIndex: 'uint64',
  Flags: 'uint64',
  Session: 'string',
});

/** Entry -> the pair for the prefix it was last asked below. */
const pairs = new WeakMap<KvEntry, { readonly prefix: string; readonly pair: GoStruct }>();

/** `.Key` is what follows the prefix. */
export function keyPair(entry: KvEntry, prefix: string): GoStruct {
  const known = pairs.get(entry);
  if (known?.prefix === prefix) return known.pair;
  const pair = new GoStruct(keyPairType, new KeyPairFields(entry, prefix));
  pairs.set(entry, { prefix, pair });
  return pair;
}

/** Made when they are asked for: of thousands of pairs most templates look at two fields. */
class KeyPairFields implements Readonly<Record<string, GoValue>> {
  readonly [name: string]: GoValue;
  readonly #entry: KvEntry;
  readonly #prefix: string;
  #value: string | undefined;

  constructor(entry: KvEntry, prefix: string) {
    this.#entry = entry;
    this.#prefix = prefix;
  }

  get Path(): string {
    return this.#entry.Key;
  }

  get Key(): string {
    return this.#entry.Key.slice(this.#prefix.length).replace(/^\/+/, '');
  }

  get Value(): string {
    this.#value ??= valueOfKey(this.#entry);
    return this.#value;
  }

  get CreateIndex(): GoInteger {
    return unsigned(this.#entry.CreateIndex);
  }

  get ModifyIndex(): GoInteger {
    return unsigned(this.#entry.ModifyIndex);
  }

  get LockIndex(): GoInteger {
    return unsigned(this.#entry.LockIndex);
  }

  get Flags(): GoInteger {
    return new GoInteger('uint64', BigInt(this.#entry.Flags));
  }

  get Session(): string {
    return fromText(this.#entry.Session);
  }
}

const existingPairType = structType('dependency.KeyPair', { Exists: 'bool', ...Object.fromEntries(keyPairType.fields) });

/** What `keyExistsGet` gives: `.Key` is the whole path here, also of a key that there is not. */
export function existingPair(entry: KvEntry | null | undefined, path: string): GoStruct {
  const absent = { Path: path, Key: path, Value: '', Session: '' };
  const numbers = { CreateIndex: unsigned(0), ModifyIndex: unsigned(0), LockIndex: unsigned(0), Flags: unsigned(0) };
  if (!entry) return new GoStruct(existingPairType, { Exists: false, ...absent, ...numbers });
  const pair = keyPair(entry, '');
  const fields = [...keyPairType.fields.keys()].map((name) => [name, pair.field(name)] as const);
  return new GoStruct(existingPairType, { Exists: true, ...Object.fromEntries(fields) });
}

export const keyPairListType = '[]*dependency.KeyPair';

/** The value of a key as a byte string. */
export function valueOfKey(entry: KvEntry): string {
  return byteStringFromBase64(entry.Value);
}

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

function unsigned(value: number): GoInteger {
  return new GoInteger('uint64', BigInt(value));
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
