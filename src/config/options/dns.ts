/** The DNS interface. Rows of the table in ../table.ts. */
import type { OptionRow } from '../option.js';

export const dnsOptions = {
  'dns_config.allow_stale': { kind: 'bool', value: true, reload: true, doc: 'any server may answer' },
  'dns_config.a_record_limit': { kind: 'int', value: 0, reload: true, doc: 'most A records in an answer (0: no limit)' },
  'dns_config.disable_compression': { kind: 'bool', reload: true, doc: 'no name compression' },
  'dns_config.enable_truncate': { kind: 'bool', reload: true, doc: 'set the TC bit when answers were cut' },
  'dns_config.max_stale': { kind: 'duration', value: '87600h', reload: true, doc: 'oldest acceptable stale answer' },
  'dns_config.node_ttl': { kind: 'duration', reload: true, doc: 'TTL of node answers' },
  'dns_config.only_passing': { kind: 'bool', reload: true, doc: 'leave instances with warnings out' },
  'dns_config.recursor_timeout': { kind: 'duration', value: '2s', reload: true, doc: 'time for upstream answers' },
  'dns_config.service_ttl': { kind: 'durations', reload: true, doc: 'TTL by service name, * for the rest, NAME* prefixes' },
  'dns_config.udp_answer_limit': { kind: 'int', value: 3, reload: true, doc: 'most records over UDP' },
  'dns_config.enable_additional_node_meta_txt': {
    kind: 'bool',
    value: true,
    reload: true,
    doc: 'TXT records with node metadata in the additional section',
  },
  'dns_config.soa': { kind: 'record', reload: true, doc: 'SOA record: refresh, retry, expire, min_ttl, seconds' },
  'dns_config.use_cache': { kind: 'bool', reload: true, doc: 'answer from the agent cache' },
  'dns_config.cache_max_age': { kind: 'duration', reload: true, doc: 'oldest cached answer (no limit)' },
  domain: { kind: 'string', value: 'consul.', flag: 'domain', doc: 'DNS domain' },
  alt_domain: { kind: 'string', flag: 'alt-domain', doc: 'second DNS domain' },
  recursors: { kind: 'strings', flag: 'recursor', reload: true, doc: 'upstream DNS servers' },
} as const satisfies Record<string, OptionRow>;
