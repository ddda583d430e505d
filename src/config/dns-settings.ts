/** What the configuration tells the DNS server. */
import { type DnsSettings, defaultDnsSettings } from '../model/dns-settings.js';
import type { RuntimeConfig } from './runtime-config.js';

export function dnsSettings(config: RuntimeConfig): DnsSettings {
  const { settings, given } = config;
  const port = settings['ports.dns'];
  // Names of the product's own domain are answered as well, unless somebody has said which domains there are.
  const ownDomain = given.has('domain') || given.has('alt_domain') ? '' : defaultDnsSettings.altDomain;
  return {
    ...defaultDnsSettings,
    listeners: port > 0 ? config.addresses.dns.map((host) => ({ host, port })) : [],
    domain: zone(settings.domain),
    altDomain: settings.alt_domain === '' ? ownDomain : zone(settings.alt_domain),
    datacenter: config.datacenter,
    node: config.nodeName,
    token: settings['acl.tokens.default'],
    recursors: config.recursors,
    recursorTimeoutMs: settings['dns_config.recursor_timeout'],
    allowStale: settings['dns_config.allow_stale'],
    maxStaleMs: settings['dns_config.max_stale'],
    useCache: settings['dns_config.use_cache'],
    cacheMaxAgeMs: settings['dns_config.cache_max_age'],
    nodeTtlMs: settings['dns_config.node_ttl'],
    serviceTtlMs: Object.fromEntries(
      Object.entries(settings['dns_config.service_ttl']).map(([name, ttlMs]) => [name.toLowerCase(), ttlMs]),
    ),
    enableTruncate: settings['dns_config.enable_truncate'],
    udpAnswerLimit: settings['dns_config.udp_answer_limit'],
    aRecordLimit: settings['dns_config.a_record_limit'],
    disableCompression: settings['dns_config.disable_compression'],
    additionalNodeMetaTxt: settings['dns_config.enable_additional_node_meta_txt'],
    onlyPassing: settings['dns_config.only_passing'],
    soa: soaOf(config),
    translateWanAddresses: settings.translate_wan_addrs,
  };
}

export function soaOf({ settings }: RuntimeConfig): DnsSettings['soa'] {
  const soa = settings['dns_config.soa'];
  const number = (key: string, fallback: number) => (typeof soa[key] === 'number' ? soa[key] : fallback);
  const { refresh, retry, expire, minTtl } = defaultDnsSettings.soa;
  return {
    refresh: number('refresh', refresh),
    retry: number('retry', retry),
    expire: number('expire', expire),
    minTtl: number('min_ttl', minTtl),
  };
}

/** "Example.test" -> "example.test." */
function zone(domain: string): string {
  const lower = domain.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}
