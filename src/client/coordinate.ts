/** `/v1/coordinate`. */
import type { CoordinateRecord, DatacenterCoordinates } from '../model/coordinate.js';
import type { Api, ReadOptions, Reply } from './api.js';
import { listOf, object } from './decode.js';

export interface CoordinateClient {
  /** Of the nodes of a datacenter. */
  nodes(options?: ReadOptions): Promise<Reply<readonly CoordinateRecord[]>>;
  /** Of the servers of every datacenter, named `node.datacenter`. */
  datacenters(options?: ReadOptions): Promise<Reply<readonly DatacenterCoordinates[]>>;
}

export function coordinateClient(api: Api): CoordinateClient {
  return {
    nodes: (options = {}) =>
      api.read({ path: '/coordinate/nodes', options, decode: listOf((value) => object(value) as unknown as CoordinateRecord) }),
    datacenters: (options = {}) =>
      api.read({ path: '/coordinate/datacenters', options, decode: listOf((value) => object(value) as unknown as DatacenterCoordinates) }),
  };
}
