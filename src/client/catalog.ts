/** `/v1/catalog`. */
import type { NodeServices, ServiceSummary } from '../model/catalog-answers.js';
import type { NodeRecord } from '../model/records.js';
import type { Api, ReadOptions, Reply, RequestOptions } from './api.js';
import { listOf, nodeRecord, nodeServices, object, serviceSummaries, text } from './decode.js';
import { ignoreBody, jsonBody } from './json.js';
import { type InstanceOptions, instanceParameters, type ListOptions, listParameters } from './list-options.js';
import { escapeSegment } from './url.js';

/** An instance as `/v1/catalog/service` shows it: node and service in one, the service's members with a prefix. */
export interface CatalogService {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>> | null;
  readonly NodeMeta: Readonly<Record<string, string>> | null;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceAddress: string;
  readonly ServiceTags: readonly string[];
  readonly ServiceMeta: Readonly<Record<string, string>> | null;
  readonly ServicePort: number;
}

export interface CatalogClient {
  /** Nearest first. */
  datacenters(options?: ReadOptions): Promise<Reply<readonly string[]>>;
  nodes(options?: ListOptions): Promise<Reply<readonly NodeRecord[]>>;
  /** Null when there is no such node. */
  node(node: string, options?: ListOptions): Promise<Reply<NodeServices | null>>;
  services(options?: ListOptions): Promise<Reply<readonly ServiceSummary[]>>;
  service(name: string, options?: InstanceOptions): Promise<Reply<readonly CatalogService[]>>;
  /** The body of `/v1/catalog/register`, in the API's spelling. */
  register(registration: object, options?: RequestOptions): Promise<void>;
  deregister(target: object, options?: RequestOptions): Promise<void>;
}

export function catalogClient(api: Api): CatalogClient {
  const list = (path: string, options: ListOptions) => ({ path, parameters: listParameters(options), options });
  return {
    datacenters: (options = {}) => api.read({ path: '/catalog/datacenters', options, decode: listOf(text) }),
    nodes: (options = {}) => api.read({ ...list('/catalog/nodes', options), decode: listOf(nodeRecord) }),
    node: (node, options = {}) =>
      api.read({ ...list(`/catalog/node/${escapeSegment(node)}`, options), decode: nodeServices, absent: () => null }),
    services: (options = {}) => api.read({ ...list('/catalog/services', options), decode: serviceSummaries }),
    service: (name, options = {}) =>
      api.read({
        path: `/catalog/service/${escapeSegment(name)}`,
        parameters: instanceParameters(options),
        options,
        decode: listOf((value) => object(value) as unknown as CatalogService),
      }),
    register: (registration, options = {}) =>
      api.write({ path: '/catalog/register', options, body: jsonBody(registration), decode: ignoreBody }),
    deregister: (target, options = {}) => api.write({ path: '/catalog/deregister', options, body: jsonBody(target), decode: ignoreBody }),
  };
}
