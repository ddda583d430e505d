/**
 * What a handler gets: the records as Consul's watches show them, which is not quite as the HTTP API does. Order of members included,
 * because people compare it as text.
 */
import { unquoteFlags } from '../src/client/json.js';
import { formatJson } from '../src/lib/go-json.js';
import type { HealthEntry, ServiceSummary } from '../src/model/catalog-answers.js';
import { keyToText } from '../src/model/kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from '../src/model/records.js';

/** One line; with `indent` as many as there are members. */
export function encodeChange(data: unknown, indent = ''): string {
  return unquoteFlags(formatJson(data, indent));
}

export function shownEntry(entry: KvEntry): object {
  return {
    Key: keyToText(entry.Key),
    CreateIndex: entry.CreateIndex,
    ModifyIndex: entry.ModifyIndex,
    LockIndex: entry.LockIndex,
    Flags: entry.Flags,
    Value: entry.Value === '' ? null : entry.Value,
    Session: entry.Session,
  };
}

/** `{"web": ["v1"]}`, names and tags sorted. */
export function shownServices(services: readonly ServiceSummary[]): object {
  const sorted = [...services].sort((a, b) => (a.Service < b.Service ? -1 : 1));
  return Object.fromEntries(sorted.map(({ Service, Tags }) => [Service, [...Tags].sort()]));
}

export function shownNode(node: NodeRecord): object {
  return {
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    Datacenter: node.Datacenter,
    TaggedAddresses: node.TaggedAddresses,
    Meta: node.Meta,
    CreateIndex: node.CreateIndex,
    ModifyIndex: node.ModifyIndex,
  };
}

export function shownInstance({ Node, Service, Checks }: HealthEntry): object {
  return { Node: shownNode(Node), Service: shownService(Service), Checks: Checks.map(shownCheck) };
}

function shownService(service: ServiceRecord): object {
  const { Mode, ...proxy } = service.Proxy;
  return {
    ...(service.Kind === '' ? {} : { Kind: service.Kind }),
    ID: service.ID,
    Service: service.Service,
    Tags: service.Tags,
    Meta: service.Meta,
    Port: service.Port,
    Address: service.Address,
    ...(service.SocketPath === '' ? {} : { SocketPath: service.SocketPath }),
    ...(service.TaggedAddresses === null ? {} : { TaggedAddresses: service.TaggedAddresses }),
    Weights: service.Weights,
    EnableTagOverride: service.EnableTagOverride,
    CreateIndex: service.CreateIndex,
    ModifyIndex: service.ModifyIndex,
    Proxy: { ...(Mode === '' || Mode === undefined ? {} : { Mode }), ...proxy },
    Connect: service.Connect,
  };
}

const emptyDefinition = {
  Interval: '0s',
  Timeout: '0s',
  DeregisterCriticalServiceAfter: '0s',
  HTTP: '',
  Header: null,
  Method: '',
  Body: '',
  TLSServerName: '',
  TLSSkipVerify: false,
  TCP: '',
  GRPC: '',
  GRPCUseTLS: false,
};

export function shownCheck(check: CheckRecord): object {
  return {
    Node: check.Node,
    CheckID: check.CheckID,
    Name: check.Name,
    Status: check.Status,
    Notes: check.Notes,
    Output: check.Output,
    ServiceID: check.ServiceID,
    ServiceName: check.ServiceName,
    ServiceTags: check.ServiceTags,
    Type: check.Type,
    Definition: { ...emptyDefinition, ...check.Definition },
    CreateIndex: check.CreateIndex,
    ModifyIndex: check.ModifyIndex,
  };
}
