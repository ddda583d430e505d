/** A service that a gateway serves, because an entry says so. Names of the fields: `/v1/catalog/gateway-services` of the API. */
import type { Indexes } from './records.js';

export interface GatewayService extends Indexes {
  readonly Gateway: { readonly Name: string };
  readonly Service: { readonly Name: string };
  readonly GatewayKind: 'ingress-gateway' | 'terminating-gateway';
  readonly Port?: number;
  readonly Protocol?: string;
  readonly Hosts?: readonly string[];
  readonly CAFile?: string;
  readonly CertFile?: string;
  readonly KeyFile?: string;
  readonly SNI?: string;
  /** It is there because the entry names all services. */
  readonly FromWildcard?: true;
}
