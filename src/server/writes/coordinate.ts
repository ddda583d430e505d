/** Where nodes lie in the network. Waiting updates are committed together, as all writes are, so many agents cost few commits. */
import { sameJson } from '../../lib/same-json.js';
import { isCoordinate } from '../../model/coordinate.js';
import { MeshError } from '../../model/errors.js';
import { pairKey } from '../../state/stored.js';
import { type Decide, settlesTrue } from './draft.js';

/** Of a node that is not there (yet, or any more): nothing is kept, and nobody is at fault. */
export const decideCoordinateUpdate: Decide<'coordinate.update'> = (draft, { coordinate }) => {
  const { Node, Segment, Coord } = coordinate;
  if (!isCoordinate(Coord)) throw new MeshError('refused', 'incompatible coordinate: eight numbers in Vec, and none of them infinite');
  const node = draft.catalog.node(Node);
  const known = draft.view.coordinates.ofNode(Node).find((one) => one.Segment === Segment);
  if (node && !(known && sameJson(known.Coord, Coord)))
    draft.ledger.put('coordinates', pairKey(Node, Segment), { Node: node.Node, Segment, Coord });
  return settlesTrue;
};
