/** From definitions to the records that the catalog and `/v1/agent/…` show. */
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { checkType } from '../checks/kinds.js';
import { formatDuration } from '../lib/duration.js';
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import type { CheckRecord, CheckStatus, ServiceAddress, ServiceRecord } from '../model/records.js';

/** Local records carry no indexes: those are the catalog's. */
const noIndexes = { CreateIndex: 0, ModifyIndex: 0 };

export function serviceRecord(definition: ServiceDefinition, node: string): ServiceRecord {
  const { Kind, ID, Name, Tags, Address, Meta, Port, SocketPath, Weights, EnableTagOverride, Connect } = definition;
  return Object.freeze({
    ...noIndexes,
    Node: node,
    Kind,
    ID,
    Service: Name,
    Tags,
    Address,
    TaggedAddresses: taggedAddresses(definition),
    Meta,
    Port,
    SocketPath,
    Weights,
    EnableTagOverride,
    Proxy: definition.Proxy,
    Connect,
  });
}

/** An address of its own is also the service's LAN and WAN address of that family, unless those are given. */
function taggedAddresses({ Address, Port, TaggedAddresses }: ServiceDefinition): Readonly<Record<string, ServiceAddress>> | null {
  const family = isIPv4(Address) ? 'ipv4' : isIPv6(Address) ? 'ipv6' : '';
  if (family === '') return TaggedAddresses;
  const own = { Address, Port };
  return { [`lan_${family}`]: own, [`wan_${family}`]: own, ...TaggedAddresses };
}

/** The hash of a definition: `?hash=` waits for it to change. */
export function hashOf(service: ServiceRecord): string {
  return createHash('sha256').update(stableJson(service)).digest('hex').slice(0, 16);
}

/** JSON with the members of objects in order of their names. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Checks of a service get their ids and names here: `service:<id>`, or `service:<id>:<n>` (from 1) when there are several. */
export function checksOf(service: ServiceDefinition): readonly CheckDefinition[] {
  const { ID, Name, Checks } = service;
  return Checks.map((check, position) => ({
    ...check,
    CheckID: check.CheckID || (Checks.length === 1 ? `service:${ID}` : `service:${ID}:${position + 1}`),
    Name: check.Name || `Service '${Name}' check`,
    ServiceID: ID,
    Token: check.Token || service.Token,
  }));
}

interface CheckOwner {
  readonly node: string;
  /** null for a check of the node. */
  readonly service: ServiceRecord | null;
  /** The check came inside the definition of its service: those show no interval and time limit. */
  readonly isInside: boolean;
}

export function checkRecord(check: CheckDefinition, { node, service, isInside }: CheckOwner): CheckRecord {
  return Object.freeze({
    ...noIndexes,
    Node: node,
    CheckID: check.CheckID,
    Name: check.Name,
    Status: check.Status || 'critical',
    Notes: check.Notes,
    Output: '',
    ServiceID: service?.ID ?? '',
    ServiceName: service?.Service ?? '',
    ServiceTags: service?.Tags ?? [],
    Type: checkType(check),
    Interval: isInside ? '' : formatDuration(check.intervalMs),
    Timeout: isInside ? '' : formatDuration(check.timeoutMs),
    ExposedPort: 0,
    Definition: {},
  });
}

export const nodeMaintenanceId = '_node_maintenance';
export const serviceMaintenanceId = (serviceId: string) => `_service_maintenance:${serviceId}`;

/** The critical check that stands for maintenance; of the node when there is no service. */
export function maintenanceRecord(node: string, service: ServiceRecord | null, reason: string): CheckRecord {
  const what = service === null ? 'node' : 'service';
  return Object.freeze({
    ...noIndexes,
    Node: node,
    CheckID: service === null ? nodeMaintenanceId : serviceMaintenanceId(service.ID),
    Name: service === null ? 'Node Maintenance Mode' : 'Service Maintenance Mode',
    Status: 'critical',
    Notes: reason || `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`,
    Output: '',
    ServiceID: service?.ID ?? '',
    ServiceName: service?.Service ?? '',
    ServiceTags: service?.Tags ?? [],
    Type: 'maintenance',
    Interval: '',
    Timeout: '',
    ExposedPort: 0,
    Definition: {},
  });
}

export function withResult(record: CheckRecord, status: CheckStatus, output: string): CheckRecord {
  return record.Status === status && record.Output === output ? record : Object.freeze({ ...record, Status: status, Output: output });
}
