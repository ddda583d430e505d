/** Registrations: a node, then its service, then checks, all or nothing. */
import { goQuote } from '../../lib/go-quote.js';
import { sameJson } from '../../lib/same-json.js';
import { MeshError } from '../../model/errors.js';
import type { CheckInput, NodeInput } from '../../model/inputs.js';
import { asMatched } from '../../state/stored.js';
import { deleteCheck, filledCheck, setCheck, typedCheck } from './check.js';
import { type Decide, type Draft, settlesTrue } from './draft.js';
import { deleteNode, requireNode, setNode } from './node.js';
import { checkedService, deleteService, setService } from './service.js';

export const decideRegister: Decide<'catalog.register'> = (draft, write, { datacenter }) => {
  const node = { ...write.node, Datacenter: datacenter };
  if (node.Node === '') throw new MeshError('refused', 'Must provide node');
  if (node.Address === '' && !write.skipNodeUpdate) throw new MeshError('refused', 'Must provide address if SkipNodeUpdate is not set');
  requireNode(node);
  const service = write.service && checkedService(write.service);
  registerNode(draft, node, write.skipNodeUpdate);
  if (service) named('failed inserting service', '', () => setService(draft, node.Node, service));
  for (const check of write.checks) registerCheck(draft, node.Node, check);
  return settlesTrue;
};

/** The service id wins over the check id; with neither the whole node goes. What is not there is deregistered. */
export const decideDeregister: Decide<'catalog.deregister'> = (draft, { node, serviceId, checkId }) => {
  requireNode({ Node: node, ID: '' });
  if (serviceId !== '') deleteService(draft, node, serviceId);
  else if (checkId !== '') deleteCheck(draft, node, checkId);
  else deleteNode(draft, node);
  return settlesTrue;
};

function registerNode(draft: Draft, node: NodeInput, skipUpdate: boolean): void {
  const present = draft.catalog.node(node.Node);
  if (present && (skipUpdate || isSameNode(present, node))) return;
  named('failed inserting node', '', () => setNode(draft, node));
}

function registerCheck(draft: Draft, node: string, input: CheckInput & { readonly Node: string }): void {
  const check = typedCheck(filledCheck({ ...input, Node: input.Node === '' ? node : input.Node }));
  if (asMatched(check.Node) !== asMatched(node)) {
    throw new MeshError('refused', `check node ${goQuote(check.Node)} does not match node ${goQuote(node)}`);
  }
  named('failed inserting check', ` on node ${goQuote(check.Node)}`, () => setCheck(draft, check));
}

function isSameNode(present: NodeInput, node: NodeInput): boolean {
  const members = ['ID', 'Node', 'Address', 'Datacenter', 'TaggedAddresses', 'Meta'] as const;
  return members.every((member) => sameJson(present[member], node[member]));
}

/** Refusals say which part of the registration was refused. */
function named(before: string, after: string, part: () => unknown): void {
  try {
    part();
  } catch (error) {
    if (error instanceof MeshError) throw new MeshError(error.code, `${before}: ${error.message}${after}`, { cause: error });
    throw error;
  }
}
