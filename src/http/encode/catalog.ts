/** Nodes, services and checks in the forms of `/v1/catalog/` and `/v1/health/`. Which empty fields are left out differs from form to form. */
import type { HealthEntry, NodeServices, ServiceInstance, ServiceSummary } from '../../model/catalog-answers.js';
import type { CheckRecord, NodeRecord, ServiceAddress, ServiceRecord } from '../../model/records.js';
import { keptBody, keptText } from './encoded.js';
import { jsonMap, jsonText, jsonTexts, jsonValue } from './json.js';

function indexes({ CreateIndex, ModifyIndex }: { readonly CreateIndex: number; readonly ModifyIndex: number }): string {
  return `"CreateIndex":${CreateIndex},"ModifyIndex":${ModifyIndex}`;
}

export const nodeForm = keptText<NodeRecord>(
  (node) =>
    `{"ID":${jsonText(node.ID)},"Node":${jsonText(node.Node)},"Address":${jsonText(node.Address)},"Datacenter":${jsonText(node.Datacenter)},"TaggedAddresses":${jsonMap(node.TaggedAddresses, jsonText)},"Meta":${jsonMap(node.Meta, jsonText)},${indexes(node)}}`,
);

export function serviceAddresses(addresses: ServiceRecord['TaggedAddresses']): string {
  return jsonMap(addresses, ({ Address, Port }: ServiceAddress) => `{"Address":${jsonText(Address)},"Port":${Port}}`);
}

export function isEmptyMap(map: object | null): boolean {
  return map === null || Object.keys(map).length === 0;
}

/** The form inside node and health answers: no port when it is 0, metadata null when there is none. */
function serviceJson(service: ServiceRecord, tags: string): string {
  const { Kind, TaggedAddresses, Meta, Port, SocketPath, Weights } = service;
  const fields = [
    Kind === '' ? '' : `"Kind":${jsonText(Kind)}`,
    `"ID":${jsonText(service.ID)},"Service":${jsonText(service.Service)},"Tags":${tags},"Address":${jsonText(service.Address)}`,
    isEmptyMap(TaggedAddresses) ? '' : `"TaggedAddresses":${serviceAddresses(TaggedAddresses)}`,
    `"Meta":${isEmptyMap(Meta) ? 'null' : jsonMap(Meta, jsonText)}`,
    Port === 0 ? '' : `"Port":${Port}`,
    SocketPath === '' ? '' : `"SocketPath":${jsonText(SocketPath)}`,
    `"Weights":{"Passing":${Weights.Passing},"Warning":${Weights.Warning}},"EnableTagOverride":${service.EnableTagOverride}`,
    `"Proxy":${jsonValue(service.Proxy)},"Connect":${jsonValue(service.Connect)},${indexes(service)}`,
  ];
  return `{${fields.filter((field) => field !== '').join(',')}}`;
}

export const serviceForm = keptText<ServiceRecord>((service) => serviceJson(service, jsonTexts(service.Tags)));

function checkJson(check: CheckRecord, tags: string): string {
  const { Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName } = check;
  return `{"Node":${jsonText(Node)},"CheckID":${jsonText(CheckID)},"Name":${jsonText(Name)},"Status":${jsonText(Status)},"Notes":${jsonText(Notes)},"Output":${jsonText(Output)},"ServiceID":${jsonText(ServiceID)},"ServiceName":${jsonText(ServiceName)},"ServiceTags":${tags},"Type":${jsonText(check.Type)},"Interval":${jsonText(check.Interval)},"Timeout":${jsonText(check.Timeout)},"ExposedPort":${check.ExposedPort},"Definition":${jsonValue(check.Definition)},${indexes(check)}}`;
}

export const checkForm = keptText<CheckRecord>((check) => checkJson(check, jsonTexts(check.ServiceTags)));

/** Transactions show what they were given: no tags are null. */
export function serviceTxnForm(service: ServiceRecord): string {
  return serviceJson(service, service.Tags.length === 0 ? 'null' : jsonTexts(service.Tags));
}

export function checkTxnForm(check: CheckRecord): string {
  return checkJson(check, check.ServiceTags.length === 0 ? 'null' : jsonTexts(check.ServiceTags));
}

/** `/v1/catalog/service/`: node and service in one flat object, everything shown but absent tagged addresses. */
function instanceForm({ Node, Service }: ServiceInstance): string {
  const addresses = isEmptyMap(Service.TaggedAddresses) ? '' : `"ServiceTaggedAddresses":${serviceAddresses(Service.TaggedAddresses)},`;
  return `{"ID":${jsonText(Node.ID)},"Node":${jsonText(Node.Node)},"Address":${jsonText(Node.Address)},"Datacenter":${jsonText(Node.Datacenter)},"TaggedAddresses":${jsonMap(Node.TaggedAddresses, jsonText)},"NodeMeta":${jsonMap(Node.Meta, jsonText)},"ServiceKind":${jsonText(Service.Kind)},"ServiceID":${jsonText(Service.ID)},"ServiceName":${jsonText(Service.Service)},"ServiceTags":${jsonTexts(Service.Tags)},"ServiceAddress":${jsonText(Service.Address)},${addresses}"ServiceWeights":{"Passing":${Service.Weights.Passing},"Warning":${Service.Weights.Warning}},"ServiceMeta":${jsonMap(Service.Meta, jsonText, '{}')},"ServicePort":${Service.Port},"ServiceSocketPath":${jsonText(Service.SocketPath)},"ServiceEnableTagOverride":${Service.EnableTagOverride},"ServiceProxy":${jsonValue(Service.Proxy)},"ServiceConnect":${jsonValue(Service.Connect)},${indexes(Service)}}`;
}

function healthForm({ Node, Service, Checks }: HealthEntry): string {
  return `{"Node":${nodeForm(Node)},"Service":${serviceForm(Service)},"Checks":[${Checks.map(checkForm).join(',')}]}`;
}

export const nodesBody = keptBody<readonly NodeRecord[]>((nodes) => `[${nodes.map(nodeForm).join(',')}]`);
export const instancesBody = keptBody<readonly ServiceInstance[]>((instances) => `[${instances.map(instanceForm).join(',')}]`);
export const healthBody = keptBody<readonly HealthEntry[]>((entries) => `[${entries.map(healthForm).join(',')}]`);
export const checksBody = keptBody<readonly CheckRecord[]>((checks) => `[${checks.map(checkForm).join(',')}]`);

/** `{"web":["v1"]}` */
export const summariesBody = keptBody<readonly ServiceSummary[]>(
  (summaries) => `{${summaries.map(({ Service, Tags }) => `${jsonText(Service)}:${jsonTexts(Tags)}`).join(',')}}`,
);

/** `/v1/catalog/node/`: services by id. */
export const nodeServicesBody = keptBody<NodeServices>(
  ({ Node, Services }) =>
    `{"Node":${nodeForm(Node)},"Services":{${Services.map((service) => `${jsonText(service.ID)}:${serviceForm(service)}`).join(',')}}}`,
);

/** `/v1/catalog/node-services/`: services as a list. */
export const nodeServiceListBody = keptBody<NodeServices>(
  ({ Node, Services }) => `{"Node":${nodeForm(Node)},"Services":[${Services.map(serviceForm).join(',')}]}`,
);
