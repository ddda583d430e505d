/** Checks in the catalog. A session ends with a check it leans on: when the check turns critical or goes. */
import { MeshError } from '../../model/errors.js';
import type { CheckInput } from '../../model/inputs.js';
import type { CheckRecord } from '../../model/records.js';
import type { Draft } from './draft.js';

type NodeCheckInput = CheckInput & { readonly Node: string };

/** The type of a check that does not say it, by what its definition holds; the first that is there. */
const types = [
  ['GRPC', 'grpc'],
  ['H2PING', 'h2ping'],
  ['AliasNode', 'alias'],
  ['AliasService', 'alias'],
  ['DockerContainerID', 'docker'],
  ['ScriptArgs', 'script'],
  ['HTTP', 'http'],
  ['TCP', 'tcp'],
  ['TTL', 'ttl'],
] as const;

/** The id comes from the name when there is none, and the status is critical when none is given. */
export function filledCheck(check: NodeCheckInput): NodeCheckInput {
  return { ...check, CheckID: check.CheckID === '' ? check.Name : check.CheckID, Status: check.Status === '' ? 'critical' : check.Status };
}

/** Registrations tell the type that a definition means; transactions keep what they are given. */
export function typedCheck(check: NodeCheckInput): NodeCheckInput {
  if (check.Type !== '') return check;
  return { ...check, Type: types.find(([member]) => check.Definition[member] !== undefined)?.[1] ?? '' };
}

/** Its node and, when it names one, its service must be there; name and tags are those of the service. @throws MeshError `refused` */
export function setCheck(draft: Draft, check: NodeCheckInput): CheckRecord {
  const node = draft.catalog.node(check.Node);
  if (!node) throw new MeshError('refused', 'Missing node registration');
  const service = check.ServiceID === '' ? undefined : draft.catalog.service(check.Node, check.ServiceID);
  if (check.ServiceID !== '' && !service) throw new MeshError('refused', 'Missing service registration');
  const before = draft.catalog.check(check.Node, check.CheckID);
  const ofService = service ? { ServiceName: service.Service, ServiceTags: service.Tags } : {};
  const written = draft.catalog.putCheck({ ...check, Node: node.Node, ...ofService });
  if (written.Status === 'critical' && before?.Status !== 'critical') draft.sessions.endThoseOf(check.Node, check.CheckID);
  return written;
}

export function deleteCheck(draft: Draft, node: string, id: string): void {
  if (!draft.catalog.check(node, id)) return;
  draft.catalog.deleteCheck(node, id);
  draft.sessions.endThoseOf(node, id);
}
