/**
 * What the DNS server is told by the configuration. `src/config` fills it in, `src/dns` obeys it; `reload` takes a new one, in which
 * everything but `domain`, `altDomain` and the listeners may differ.
 */

/** A place to listen on, UDP and TCP alike. Port 0 lets the system choose (the same for both). */
export interface DnsListener {
  readonly host: string;
  readonly port: number;
}

/** `dns_config.soa`, in seconds. */
export interface SoaSettings {
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minTtl: number;
}

export interface DnsSettings {
  /** `addresses.dns` (else `client_addr`) with `ports.dns`. Empty: no DNS. */
  readonly listeners: readonly DnsListener[];
  /** The zone that names in answers belong to: "consul.", in lower case, with the last dot. */
  readonly domain: string;
  /** A second zone that is answered alike, of the same form; '' for none. "mesh." when neither `domain` nor `alt_domain` is configured. */
  readonly altDomain: string;
  /** Of this agent, in lower case. */
  readonly datacenter: string;
  /** The name of this agent's node. */
  readonly node: string;
  /** What DNS asks with: `acl.tokens.default`, '' for none. */
  readonly token: string;
  /** `recursors`, each "host:port" or a bare address (port 53): asked in order for names outside the domains. */
  readonly recursors: readonly string[];
  /** `dns_config.recursor_timeout`, for each of them; 2 s by default. */
  readonly recursorTimeoutMs: number;
  /** `dns_config.allow_stale` (true by default): answer from memory without making sure that it is the newest. */
  readonly allowStale: boolean;
  /** `dns_config.max_stale`: how long ago memory may have heard from the leader; 87600 h by default. */
  readonly maxStaleMs: number;
  /** `dns_config.use_cache` and `cache_max_age`: accepted; answers always come from memory that is kept up to date. */
  readonly useCache: boolean;
  readonly cacheMaxAgeMs: number;
  /** `dns_config.node_ttl`; cut down to whole seconds in answers. */
  readonly nodeTtlMs: number;
  /** `dns_config.service_ttl`: exact names, "prefix*", and "*"; keys in lower case. */
  readonly serviceTtlMs: Readonly<Record<string, number>>;
  /** `dns_config.enable_truncate`: set TC when records were dropped. */
  readonly enableTruncate: boolean;
  /** `dns_config.udp_answer_limit` (3 by default): answers over UDP without EDNS; never more than 8. */
  readonly udpAnswerLimit: number;
  /** `dns_config.a_record_limit`: address answers on any transport; 0 = no limit. */
  readonly aRecordLimit: number;
  readonly disableCompression: boolean;
  /** `dns_config.enable_additional_node_meta_txt` (true by default). */
  readonly additionalNodeMetaTxt: boolean;
  /** `dns_config.only_passing`: instances with a warning drop out too. */
  readonly onlyPassing: boolean;
  readonly soa: SoaSettings;
  /** `translate_wan_addrs`: things of another datacenter are given with their WAN addresses. */
  readonly translateWanAddresses: boolean;
  /** `limits`-like guard: open TCP connections at once; more are closed at once. */
  readonly tcpConnectionsMax: number;
}

/** What holds when nothing is configured; `src/config` lays the user's settings over it. */
export const defaultDnsSettings: DnsSettings = {
  listeners: [{ host: '127.0.0.1', port: 8600 }],
  domain: 'consul.',
  altDomain: 'mesh.',
  datacenter: 'dc1',
  node: '',
  token: '',
  recursors: [],
  recursorTimeoutMs: 2_000,
  allowStale: true,
  maxStaleMs: 87_600 * 3_600_000,
  useCache: false,
  cacheMaxAgeMs: 0,
  nodeTtlMs: 0,
  serviceTtlMs: {},
  enableTruncate: false,
  udpAnswerLimit: 3,
  aRecordLimit: 0,
  disableCompression: false,
  additionalNodeMetaTxt: true,
  onlyPassing: false,
  soa: { refresh: 3600, retry: 600, expire: 86_400, minTtl: 0 },
  translateWanAddresses: false,
  tcpConnectionsMax: 1024,
};
