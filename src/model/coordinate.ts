/**
 * Network coordinates: where a node lies in a space in which distances are round-trip times. Source: Vivaldi (Dabek et al., SIGCOMM 2004)
 * with the height vectors of its section 5.4; the adjustment term is that of Lee et al., "On Suitability of Euclidean Embedding" (2006).
 */
export interface Coordinate {
  /** Seconds, eight of them. */
  readonly Vec: readonly number[];
  /** How much the node trusts its place: 0 is certain, 1.5 knows nothing. */
  readonly Error: number;
  /** Seconds, added to the distance; may be negative. */
  readonly Adjustment: number;
  /** Seconds from the node to the core of the network. */
  readonly Height: number;
}

export interface CoordinateRecord {
  readonly Node: string;
  /** '' for the one that all agents share. */
  readonly Segment: string;
  readonly Coord: Coordinate;
}

export interface DatacenterCoordinates {
  readonly Datacenter: string;
  readonly AreaID: string;
  /** Of its servers, named `node.datacenter`. */
  readonly Coordinates: readonly CoordinateRecord[];
}

export const dimensions = 8;

/** Of a node that has measured nothing yet. */
export const originCoordinate: Coordinate = { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 1e-5 };

export function isCoordinate({ Vec, Error: error, Adjustment, Height }: Coordinate): boolean {
  return Vec.length === dimensions && [...Vec, error, Adjustment, Height].every(Number.isFinite);
}

/** The estimated round trip in seconds. Adjustments that would make it nothing or less are left out. */
export function roundTripSeconds(a: Coordinate, b: Coordinate): number {
  const squares = a.Vec.reduce((sum, value, i) => sum + (value - (b.Vec[i] ?? 0)) ** 2, 0);
  const distance = Math.sqrt(squares) + a.Height + b.Height;
  const adjusted = distance + a.Adjustment + b.Adjustment;
  return adjusted > 0 ? adjusted : distance;
}

/** Between two nodes, in the first segment that both have; Infinity when they share none. */
export function nodeDistanceSeconds(a: readonly CoordinateRecord[], b: readonly CoordinateRecord[]): number {
  for (const one of a) {
    const other = b.find(({ Segment }) => Segment === one.Segment);
    if (other) return roundTripSeconds(one.Coord, other.Coord);
  }
  return Number.POSITIVE_INFINITY;
}
