/**
 * What the HTTP server is told by the configuration. `src/config` fills it in, `src/http` obeys it; `reload` takes a new one, in which
 * everything but the listeners may differ.
 */

/** A place to listen on. Port 0 lets the system choose; the path of a Unix socket is absolute. */
export type HttpListener =
  | { readonly kind: 'tcp'; readonly isTls: boolean; readonly host: string; readonly port: number }
  | {
      readonly kind: 'unix';
      readonly isTls: boolean;
      readonly path: string;
      readonly mode: number | null;
      readonly userId: number | null;
      readonly groupId: number | null;
    };

/** An address range as `allow_write_http_from` names it: `address` in text form, `bits` of it count. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly bits: number;
}

/** What a listener of HTTPS shows and asks for. */
export interface TlsSettings {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** PEM: who may have signed the certificates of clients. */
  readonly authorities: readonly string[];
  /** `verify_incoming`, `verify_incoming_https`: clients without a certificate of these authorities are not served. */
  readonly requiresClientCertificate: boolean;
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** In OpenSSL's notation. */
  readonly ciphers: string;
  readonly prefersServerCiphers: boolean;
  /** From the opening of the connection to the end of the handshake. */
  readonly handshakeMs: number;
}

export interface UiSettings {
  /** Where it is served: "/ui/". Begins and ends with a slash. */
  readonly path: string;
  /** Files to serve (`ui_config.dir`); '' for the pages that come with the agent. */
  readonly directory: string;
}

export interface HttpSettings {
  /** `addresses.http`, `ports.http`, `unix_sockets`, then the same of HTTPS. */
  readonly listeners: readonly HttpListener[];
  /** For the listeners that speak TLS; null when none does. */
  readonly tls: TlsSettings | null;
  /** Name of the datacenter this agent is in; `?dc=` with it is the same as none. */
  readonly datacenter: string;
  /** Name of this node: what `?near=_agent` stands for and what sessions belong to by default. */
  readonly node: string;
  /** `http_config.response_headers`: on every answer but the path-cleaning redirects. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** `http_config.block_endpoints`: path prefixes that are answered 403. */
  readonly blockEndpoints: readonly string[];
  /** `http_config.allow_write_http_from`: empty lets everybody write. */
  readonly allowWriteHttpFrom: readonly AddressRange[];
  /** `http_config.allowed_hosts`: names under which browsers may reach a loopback listener, besides the obvious ones. */
  readonly allowedHosts: readonly string[];
  /** `http_config.allowed_origins`: origins whose pages may write, "https://ui.example.com"; "*" is any. */
  readonly allowedOrigins: readonly string[];
  /** DNS domains of the cluster in lower case, without the dot at the end: names below them may stand in `Host`. */
  readonly domains: readonly string[];
  /** `disable_http_unprintable_char_filter`: control characters may stand in paths, percent-encoded. */
  readonly unprintablePaths: boolean;
  /** `limits.http_max_conns_per_client`: open connections, and waiting queries, per address; 0 = no limit. */
  readonly connectionsPerClientMax: number;
  /** `limits.kv_max_value_size`, bytes. */
  readonly kvValueBytesMax: number;
  /** `limits.txn_max_req_len`, bytes. */
  readonly txnBodyBytesMax: number;
  /** A development agent answers as if every request said `?pretty`. */
  readonly alwaysPretty: boolean;
  /** Shown as X-Consul-Default-ACL-Policy: `allow` when ACLs are off. */
  readonly defaultAclPolicy: 'allow' | 'deny';
  /** `translate_wan_addrs`, announced by X-Consul-Translate-Addresses. */
  readonly translateWanAddresses: boolean;
  /** `connect.enabled` */
  readonly connectEnabled: boolean;
  /** `disable_coordinates` */
  readonly coordinatesDisabled: boolean;
  /** `enable_debug`: profiles below /debug/pprof/. */
  readonly debugEnabled: boolean;
  /** The web interface; null when there is none. */
  readonly ui: UiSettings | null;
  /** `http_config.max_header_bytes`, all header lines together; 0 = the limit of limits.ts. */
  readonly headerBytesMax: number;
  /** `http_config.use_cache`: `?cached` is obeyed. */
  readonly useCache: boolean;
  /** `discovery_max_stale`, milliseconds: default reads may be answered stale up to this age; 0 = never. */
  readonly discoveryMaxStaleMs: number;
}

export const httpDefaults = {
  listeners: [{ kind: 'tcp', isTls: false, host: '127.0.0.1', port: 8500 }],
  tls: null,
  datacenter: 'dc1',
  node: '',
  responseHeaders: {},
  blockEndpoints: [],
  allowWriteHttpFrom: [],
  allowedHosts: [],
  allowedOrigins: [],
  domains: ['consul', 'mesh'],
  unprintablePaths: false,
  connectionsPerClientMax: 200,
  kvValueBytesMax: 512 * 1024,
  txnBodyBytesMax: 512 * 1024,
  alwaysPretty: false,
  defaultAclPolicy: 'allow',
  translateWanAddresses: false,
  connectEnabled: false,
  coordinatesDisabled: false,
  debugEnabled: false,
  ui: null,
  headerBytesMax: 0,
  useCache: true,
  discoveryMaxStaleMs: 0,
} as const satisfies HttpSettings;
