/** Network coordinates. Both lists of nodes answer the index of the whole table. */
import { originCoordinate } from '../../model/coordinate.js';
import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import type { Read } from './read.js';

export const coordinateNodes: Read<'coordinate.nodes'> = {
  index: ({ coordinates }) => coordinates.index,
  version: ({ coordinates }) => coordinates.index,
  touched: () => [tableTopic('coordinates')],
  value: ({ coordinates }, { segment }) => {
    const all = coordinates.all();
    return Object.freeze(segment === '' ? all : all.filter(({ Segment }) => Segment === segment));
  },
  memoKey: ({ segment }) => segment,
};

export const coordinateNode: Read<'coordinate.node'> = {
  index: ({ coordinates }) => coordinates.index,
  version: ({ coordinates }) => coordinates.index,
  touched: (_view, { node }) => [{ kind: 'coordinate', name: asMatched(node) }],
  value: ({ coordinates }, { node, segment }) => coordinates.ofNode(node).filter(({ Segment }) => segment === '' || Segment === segment),
};

/** The servers of the datacenters that are known. A lone one has nobody to measure itself against. */
export const coordinateDatacenters: Read<'coordinate.datacenters'> = {
  index: () => 1,
  version: () => 0,
  touched: () => [],
  value: (_view, _query, { datacenter, self }) => [
    {
      Datacenter: datacenter,
      AreaID: 'wan',
      Coordinates: [{ Node: `${self.name}.${datacenter}`, Segment: '', Coord: originCoordinate }],
    },
  ],
};
