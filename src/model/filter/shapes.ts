/**
 * What each list can be filtered by. Names are those of the endpoint's JSON. Source: the filtering section of each endpoint's API page.
 */
import type { HealthEntry, ServiceInstance } from '../catalog-answers.js';
import type { CheckRecord, NodeRecord, ServiceAddress, ServiceRecord } from '../records.js';
import { boolean, type Field, type Fields, inside, integer, list, map, moved, struct, structMap, structs, text } from './fields.js';

type Data = Readonly<Record<string, unknown>>;

/** Members of data that is kept as it was registered (`Proxy`, `Connect`): absent ones read as the zero value. */
const member = {
  text: (name: string): Field<Data> => text((data) => (typeof data[name] === 'string' ? data[name] : '')),
  integer: (name: string): Field<Data> => integer((data) => (typeof data[name] === 'number' ? Math.trunc(data[name]) : 0)),
  boolean: (name: string): Field<Data> => boolean((data) => data[name] === true),
  struct: (name: string, fields: Fields<Data>): Field<Data> => inside(fields, (data) => dataOf(data[name])),
  structs: (name: string, fields: Fields<Data>): Field<Data> => structs((data) => listOf(data[name]), fields),
};

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
const dataOf = (value: unknown): Data => (isData(value) ? value : {});
const listOf = (value: unknown): readonly Data[] => (Array.isArray(value) ? value.map(dataOf) : []);

const proxyFields: Fields<Data> = {
  DestinationServiceName: member.text('DestinationServiceName'),
  DestinationServiceID: member.text('DestinationServiceID'),
  LocalServiceAddress: member.text('LocalServiceAddress'),
  LocalServicePort: member.integer('LocalServicePort'),
  Mode: member.text('Mode'),
  MeshGateway: member.struct('MeshGateway', { Mode: member.text('Mode') }),
  TransparentProxy: member.struct('TransparentProxy', { OutboundListenerPort: member.integer('OutboundListenerPort') }),
  Upstreams: member.structs('Upstreams', {
    DestinationType: member.text('DestinationType'),
    DestinationNamespace: member.text('DestinationNamespace'),
    DestinationName: member.text('DestinationName'),
    Datacenter: member.text('Datacenter'),
    LocalBindAddress: member.text('LocalBindAddress'),
    LocalBindPort: member.integer('LocalBindPort'),
    MeshGateway: member.struct('MeshGateway', { Mode: member.text('Mode') }),
  }),
};

const addressFields: Fields<ServiceAddress> = { Address: text((address) => address.Address), Port: integer((address) => address.Port) };

export const nodeFields: Fields<NodeRecord> = {
  ID: text((node) => node.ID),
  Node: text((node) => node.Node),
  Address: text((node) => node.Address),
  Datacenter: text((node) => node.Datacenter),
  TaggedAddresses: map((node) => node.TaggedAddresses),
  Meta: map((node) => node.Meta),
};

/** A service by itself: of one node, of the agent, or inside a health entry. */
export const serviceFields: Fields<ServiceRecord> = {
  Kind: text((service) => service.Kind),
  ID: text((service) => service.ID),
  Service: text((service) => service.Service),
  Tags: list((service) => service.Tags),
  Address: text((service) => service.Address),
  TaggedAddresses: structMap((service) => service.TaggedAddresses, addressFields),
  Meta: map((service) => service.Meta),
  Port: integer((service) => service.Port),
  Weights: struct({ Passing: integer((service) => service.Weights.Passing), Warning: integer((service) => service.Weights.Warning) }),
  EnableTagOverride: boolean((service) => service.EnableTagOverride),
  Proxy: inside(proxyFields, (service) => service.Proxy),
  Connect: inside({ Native: member.boolean('Native') }, (service) => service.Connect),
};

const inNode = (name: string): Field<ServiceInstance> => moved(fieldOf(nodeFields, name), (instance) => instance.Node);
const inService = (name: string): Field<ServiceInstance> => moved(fieldOf(serviceFields, name), (instance) => instance.Service);

/** The flat form of `catalog/service`. */
export const instanceFields: Fields<ServiceInstance> = {
  ID: inNode('ID'),
  Node: inNode('Node'),
  Address: inNode('Address'),
  Datacenter: inNode('Datacenter'),
  TaggedAddresses: inNode('TaggedAddresses'),
  NodeMeta: inNode('Meta'),
  ServiceKind: inService('Kind'),
  ServiceID: inService('ID'),
  ServiceName: inService('Service'),
  ServiceTags: inService('Tags'),
  ServiceAddress: inService('Address'),
  ServiceTaggedAddresses: inService('TaggedAddresses'),
  ServiceWeights: inService('Weights'),
  ServiceMeta: inService('Meta'),
  ServicePort: inService('Port'),
  ServiceEnableTagOverride: inService('EnableTagOverride'),
  ServiceProxy: inService('Proxy'),
  ServiceConnect: inService('Connect'),
};

export const checkFields: Fields<CheckRecord> = {
  Node: text((check) => check.Node),
  CheckID: text((check) => check.CheckID),
  Name: text((check) => check.Name),
  Status: text((check) => check.Status),
  Notes: text((check) => check.Notes),
  Output: text((check) => check.Output),
  ServiceID: text((check) => check.ServiceID),
  ServiceName: text((check) => check.ServiceName),
  ServiceTags: list((check) => check.ServiceTags),
  Type: text((check) => check.Type),
  ExposedPort: integer((check) => check.ExposedPort),
};

export const healthFields: Fields<HealthEntry> = {
  Node: inside(nodeFields, (entry) => entry.Node),
  Service: inside(serviceFields, (entry) => entry.Service),
  Checks: structs((entry) => entry.Checks, checkFields),
};

function fieldOf<T>(fields: Fields<T>, name: string): Field<T> {
  const field = fields[name];
  if (!field) throw new TypeError(`no field is called "${name}"`);
  return field;
}
