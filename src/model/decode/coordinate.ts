/** Body of `/v1/coordinate/update`. */
import type { Coordinate } from '../coordinate.js';
import { type Decoder, field, float, list, record, text } from '../decode.js';

const coordinate = record({
  Vec: field(list(float), []),
  Error: field(float, 0),
  Adjustment: field(float, 0),
  Height: field(float, 0),
});
const noCoordinate: Coordinate = { Vec: [], Error: 0, Adjustment: 0, Height: 0 };

export const coordinateUpdate: Decoder<{
  readonly Node: string;
  readonly Segment: string;
  readonly Coord: Coordinate;
  readonly Datacenter: string;
  readonly Token: string;
}> = record({
  Node: field(text, ''),
  Segment: field(text, ''),
  Coord: field(coordinate, noCoordinate),
  Datacenter: field(text, ''),
  Token: field(text, ''),
});
