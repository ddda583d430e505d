/** Network coordinates as `/v1/coordinate/` shows them. */
import type { CoordinateRecord, DatacenterCoordinates } from '../../model/coordinate.js';
import { jsonText } from './json.js';

export function coordinatesJson(coordinates: readonly CoordinateRecord[]): string {
  return `[${coordinates.map(coordinateForm).join(',')}]`;
}

export function datacentersJson(datacenters: readonly DatacenterCoordinates[]): string {
  const forms = datacenters.map(
    ({ Datacenter, AreaID, Coordinates }) =>
      `{"Datacenter":${jsonText(Datacenter)},"AreaID":${jsonText(AreaID)},"Coordinates":${coordinatesJson(Coordinates)}}`,
  );
  return `[${forms.join(',')}]`;
}

function coordinateForm({ Node, Segment, Coord }: CoordinateRecord): string {
  const { Vec, Error: error, Adjustment, Height } = Coord;
  return `{"Node":${jsonText(Node)},"Segment":${jsonText(Segment)},"Coord":{"Vec":[${Vec.join(',')}],"Error":${error},"Adjustment":${Adjustment},"Height":${Height}}}`;
}
