/** What a service in the catalog may be, and what a change of it does to its checks. */
import { MeshError } from '../../model/errors.js';
import type { ServiceInput } from '../../model/inputs.js';
import type { ServiceRecord } from '../../model/records.js';
import { deleteCheck } from './check.js';
import type { Draft } from './draft.js';

const wildcards = ['0.0.0.0', '::', '[::]'];
const metaPairsMax = 64;
const metaKeyMax = 128;
const metaValueMax = 512;

/** With its id: the name when none is given. @throws MeshError `refused` */
export function checkedService(service: ServiceInput): ServiceInput {
  const named = service.ID === '' ? { ...service, ID: service.Service } : service;
  if (named.ID !== '' && named.Service === '') throw new MeshError('refused', 'Must provide service name with ID');
  if (wildcards.includes(named.Address)) throw new MeshError('refused', 'Invalid service address');
  if (named.Kind === 'connect-proxy') requireProxy(named);
  return named;
}

/** The node must be there. The checks of the service follow its name and tags. @throws MeshError `refused` */
export function setService(draft: Draft, node: string, service: ServiceInput): ServiceRecord {
  const owner = draft.catalog.node(node);
  if (!owner) throw new MeshError('refused', 'Missing node registration');
  const fault = metaFault(service.Meta);
  if (fault) throw new MeshError('refused', `Invalid Service Meta for node ${node} and serviceID ${service.ID}: ${fault}`);
  const before = draft.catalog.service(node, service.ID);
  const written = draft.catalog.putService({ Node: owner.Node, ...service });
  if (before && written !== before) followService(draft, written);
  return written;
}

/** With its checks. */
export function deleteService(draft: Draft, node: string, id: string): void {
  if (!draft.catalog.service(node, id)) return;
  for (const check of draft.catalog.checksOfService(node, id)) deleteCheck(draft, node, check.CheckID);
  draft.catalog.deleteService(node, id);
}

function followService(draft: Draft, service: ServiceRecord): void {
  for (const { CreateIndex, ModifyIndex, ...check } of draft.catalog.checksOfService(service.Node, service.ID)) {
    draft.catalog.putCheck({ ...check, ServiceName: service.Service, ServiceTags: service.Tags });
  }
}

function metaFault(meta: ServiceInput['Meta']): string | undefined {
  const pairs = Object.entries(meta ?? {});
  if (pairs.length > metaPairsMax) return 'Node metadata cannot contain more than 64 key/value pairs';
  for (const [key, value] of pairs) {
    const fault = pairFault(key, value);
    if (fault) return `Couldn't load metadata pair ('${key}', '${value}'): ${fault}`;
  }
  return undefined;
}

function pairFault(key: string, value: string): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > metaKeyMax) return `Key is too long (limit: ${metaKeyMax} characters)`;
  if (key.startsWith('consul-')) return `Key prefix 'consul-' is reserved for internal use`;
  return value.length > metaValueMax ? `Value is too long (limit: ${metaValueMax} characters)` : undefined;
}

function requireProxy({ Proxy: proxy, Port, SocketPath, Connect }: ServiceInput): void {
  const faults: string[] = [];
  const destination = proxy.DestinationServiceName;
  if (typeof destination !== 'string' || destination === '') {
    faults.push('Proxy.DestinationServiceName must be non-empty for Connect proxy services');
  }
  if (Port === 0 && SocketPath === '') faults.push('Port or SocketPath must be set for a Connect proxy');
  if (Connect.Native === true) faults.push('A Proxy cannot also be Connect Native, only typical services');
  if (faults.length === 0) return;
  const heading = faults.length === 1 ? '1 error occurred:' : `${faults.length} errors occurred:`;
  throw new MeshError('refused', `${heading}\n${faults.map((fault) => `\t* ${fault}\n`).join('')}\n`);
}
