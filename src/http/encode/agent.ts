/** Services and checks of this node as `/v1/agent/` shows them: other fields and other empties than in the catalog. */
import type { CheckRecord, Member, ServiceRecord } from '../../model/records.js';
import { checkForm, isEmptyMap, serviceAddresses } from './catalog.js';
import { jsonMap, jsonText, jsonTexts, jsonValue } from './json.js';

export interface AgentServiceView {
  readonly datacenter: string;
  /** '' in lists. */
  readonly contentHash: string;
}

export function agentService(service: ServiceRecord, { datacenter, contentHash }: AgentServiceView): string {
  const { Kind, SocketPath, TaggedAddresses, Weights } = service;
  const fields = [
    Kind === '' ? '' : `"Kind":${jsonText(Kind)}`,
    `"ID":${jsonText(service.ID)},"Service":${jsonText(service.Service)},"Tags":${jsonTexts(service.Tags)}`,
    `"Meta":${jsonMap(service.Meta, jsonText, '{}')},"Port":${service.Port},"Address":${jsonText(service.Address)}`,
    SocketPath === '' ? '' : `"SocketPath":${jsonText(SocketPath)}`,
    isEmptyMap(TaggedAddresses) ? '' : `"TaggedAddresses":${serviceAddresses(TaggedAddresses)}`,
    `"Weights":{"Passing":${Weights.Passing},"Warning":${Weights.Warning}},"EnableTagOverride":${service.EnableTagOverride}`,
    contentHash === '' ? '' : `"ContentHash":${jsonText(contentHash)}`,
    Kind === '' ? '' : `"Proxy":${jsonValue(agentProxy(service.Proxy))}`,
    isEmptyMap(service.Connect) ? '' : `"Connect":${jsonValue(service.Connect)}`,
    `"Datacenter":${jsonText(datacenter)}`,
  ];
  return `{${fields.filter((field) => field !== '').join(',')}}`;
}

/** By id. */
export function agentServices(services: ReadonlyMap<string, ServiceRecord>, datacenter: string): string {
  const members = [...services].map(([id, service]) => `${jsonText(id)}:${agentService(service, { datacenter, contentHash: '' })}`);
  return `{${members.join(',')}}`;
}

export function agentChecks(checks: ReadonlyMap<string, CheckRecord>): string {
  return `{${[...checks].map(([id, check]) => `${jsonText(id)}:${checkForm(check)}`).join(',')}}`;
}

/** One instance of `/v1/agent/health/service/…`; a service that does not exist is critical and null. */
export function agentHealth(status: string, service: string | null, checks: readonly CheckRecord[] | null): string {
  const list = checks === null ? 'null' : `[${checks.map(healthCheck).join(',')}]`;
  return `{"AggregatedStatus":${jsonText(status)},"Service":${service ?? 'null'},"Checks":${list}}`;
}

const definitionZero = {
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

// Never tells tags, type or definition, whatever the check has: clients see the same zeros from Consul.
function healthCheck(check: CheckRecord): string {
  const { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName } = check;
  return jsonValue({
    ...{ Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName },
    ...{ ServiceTags: null, Type: '', Definition: definitionZero, CreateIndex: 0, ModifyIndex: 0 },
  });
}

export function members(list: readonly Member[]): string {
  const member = (m: Member) =>
    `{"Name":${jsonText(m.Name)},"Addr":${jsonText(m.Addr)},"Port":${m.Port},"Tags":${jsonMap(m.Tags, jsonText)},"Status":${m.Status},"ProtocolMin":${m.ProtocolMin},"ProtocolMax":${m.ProtocolMax},"ProtocolCur":${m.ProtocolCur},"DelegateMin":${m.DelegateMin},"DelegateMax":${m.DelegateMax},"DelegateCur":${m.DelegateCur}}`;
  return `[${list.map(member).join(',')}]`;
}

/** The agent's view leaves out an empty mode, destination type and datacenter, which the catalog shows. */
function agentProxy({ Mode, Upstreams, ...proxy }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const shown = { ...(Mode ? { Mode } : {}), ...proxy };
  return Array.isArray(Upstreams) ? { ...shown, Upstreams: Upstreams.map(agentUpstream) } : shown;
}

function agentUpstream({ DestinationType, Datacenter, ...upstream }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...(DestinationType ? { DestinationType } : {}), ...(Datacenter ? { Datacenter } : {}), ...upstream };
}
