/** What a node may be called and what becomes of it. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import type { NodeInput } from '../../model/inputs.js';
import type { NodeRecord } from '../../model/records.js';
import { asMatched, pairKey } from '../../state/stored.js';
import { isUuid } from '../uuid.js';
import type { Draft } from './draft.js';

const serfCheckId = 'serfHealth';

/** @throws MeshError `refused`: a node needs a name, and its id, when it has one, is a UUID */
export function requireNode({ Node, ID }: Pick<NodeInput, 'Node' | 'ID'>): void {
  if (Node === '') throw new MeshError('refused', 'Must provide node');
  if (ID === '' || isUuid(ID)) return;
  throw new MeshError('refused', `Bad node ID: ${ID.length === 36 ? 'uuid is improperly formatted' : 'uuid string is wrong length'}`);
}

/**
 * A known id under another name renames the node: the old name goes with everything on it, the CreateIndex stays. A name whose owner has
 * another id and is alive (its serfHealth is there and not critical) cannot be taken.
 */
export function setNode(draft: Draft, node: NodeInput): NodeRecord {
  const owner = draft.catalog.node(node.Node);
  const byId = node.ID === '' ? undefined : draft.catalog.nodeById(node.ID);
  if (byId && asMatched(byId.Node) === asMatched(node.Node)) return draft.catalog.putNode(node);
  if (node.ID !== '' && owner) requireFreeName(draft, node, owner, byId === undefined);
  if (!byId) return draft.catalog.putNode(node);
  deleteNode(draft, byId.Node);
  return draft.catalog.putNode(node, byId.CreateIndex);
}

/** With its services, checks and coordinates; its sessions end. */
export function deleteNode(draft: Draft, name: string): void {
  if (!draft.catalog.node(name)) return;
  for (const check of draft.catalog.checksOf(name)) draft.catalog.deleteCheck(name, check.CheckID);
  for (const service of draft.catalog.servicesOf(name)) draft.catalog.deleteService(name, service.ID);
  draft.sessions.endThoseOf(name);
  draft.ledger.deleteBelow('coordinates', pairKey(name, ''));
  draft.catalog.deleteNode(name);
}

function requireFreeName(draft: Draft, node: NodeInput, owner: NodeRecord, isNewId: boolean): void {
  if (asMatched(owner.ID) === asMatched(node.ID) || (owner.ID === '' && isNewId)) return;
  const serf = draft.catalog.check(owner.Node, serfCheckId);
  if (!serf || serf.Status === 'critical') return;
  const reserved = `Node name ${node.Node} is reserved by node ${owner.ID} with name ${owner.Node} (${owner.Address})`;
  throw new MeshError('refused', `Error while renaming Node ID: ${goQuote(node.ID)}: ${reserved}`);
}
