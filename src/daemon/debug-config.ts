/**
 * `DebugConfig` of `/v1/agent/self`: the settings in force under the names that Consul gives them there. Secrets are never shown.
 */

import { soaOf } from '../config/dns-settings.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { type OptionKey, optionRow } from '../config/table.js';
import { formatDuration } from '../lib/duration.js';

/** Name there -> key of the option; a dot is a section. */
const shownOptions: Readonly<Record<string, OptionKey>> = {
  'ACLTokens.ACLAgentMasterToken': 'acl.tokens.agent_master',
  'ACLTokens.ACLAgentToken': 'acl.tokens.agent',
  'ACLTokens.ACLDefaultToken': 'acl.tokens.default',
  'ACLTokens.ACLReplicationToken': 'acl.tokens.replication',
  'ACLTokens.EnablePersistence': 'acl.enable_token_persistence',
  ACLDefaultPolicy: 'acl.default_policy',
  ACLDownPolicy: 'acl.down_policy',
  ACLEnableKeyListPolicy: 'acl.enable_key_list_policy',
  ACLMasterToken: 'acl.tokens.master',
  ACLPolicyTTL: 'acl.policy_ttl',
  ACLRoleTTL: 'acl.role_ttl',
  ACLTokenReplication: 'acl.enable_token_replication',
  ACLTokenTTL: 'acl.token_ttl',
  ACLsEnabled: 'acl.enabled',
  AllowWriteHTTPFrom: 'http_config.allow_write_http_from',
  AutopilotCleanupDeadServers: 'autopilot.cleanup_dead_servers',
  AutopilotLastContactThreshold: 'autopilot.last_contact_threshold',
  AutopilotMaxTrailingLogs: 'autopilot.max_trailing_logs',
  AutopilotMinQuorum: 'autopilot.min_quorum',
  AutopilotServerStabilizationTime: 'autopilot.server_stabilization_time',
  BootstrapExpect: 'bootstrap_expect',
  CAFile: 'ca_file',
  CAPath: 'ca_path',
  CertFile: 'cert_file',
  CheckOutputMaxSize: 'check_output_max_size',
  CheckUpdateInterval: 'check_update_interval',
  ConnectCAProvider: 'connect.ca_provider',
  ConnectEnabled: 'connect.enabled',
  ConnectSidecarMaxPort: 'ports.sidecar_max_port',
  ConnectSidecarMinPort: 'ports.sidecar_min_port',
  DNSARecordLimit: 'dns_config.a_record_limit',
  DNSAllowStale: 'dns_config.allow_stale',
  DNSAltDomain: 'alt_domain',
  DNSCacheMaxAge: 'dns_config.cache_max_age',
  DNSDisableCompression: 'dns_config.disable_compression',
  DNSDomain: 'domain',
  DNSEnableTruncate: 'dns_config.enable_truncate',
  DNSMaxStale: 'dns_config.max_stale',
  DNSNodeMetaTXT: 'dns_config.enable_additional_node_meta_txt',
  DNSNodeTTL: 'dns_config.node_ttl',
  DNSOnlyPassing: 'dns_config.only_passing',
  DNSPort: 'ports.dns',
  DNSRecursorTimeout: 'dns_config.recursor_timeout',
  DNSServiceTTL: 'dns_config.service_ttl',
  DNSUDPAnswerLimit: 'dns_config.udp_answer_limit',
  DNSUseCache: 'dns_config.use_cache',
  DataDir: 'data_dir',
  DefaultQueryTime: 'default_query_time',
  DisableAnonymousSignature: 'disable_anonymous_signature',
  DisableCoordinates: 'disable_coordinates',
  DisableHTTPUnprintableCharFilter: 'disable_http_unprintable_char_filter',
  DisableHostNodeID: 'disable_host_node_id',
  DisableKeyringFile: 'disable_keyring_file',
  DisableRemoteExec: 'disable_remote_exec',
  DisableUpdateCheck: 'disable_update_check',
  DiscardCheckOutput: 'discard_check_output',
  DiscoveryMaxStale: 'discovery_max_stale',
  EnableAgentTLSForChecks: 'enable_agent_tls_for_checks',
  EnableCentralServiceConfig: 'enable_central_service_config',
  EnableDebug: 'enable_debug',
  EnableRemoteScriptChecks: 'enable_script_checks',
  EncryptKey: 'encrypt',
  EncryptVerifyIncoming: 'encrypt_verify_incoming',
  EncryptVerifyOutgoing: 'encrypt_verify_outgoing',
  ExposeMaxPort: 'ports.expose_max_port',
  ExposeMinPort: 'ports.expose_min_port',
  GRPCPort: 'ports.grpc',
  HTTPBlockEndpoints: 'http_config.block_endpoints',
  HTTPMaxConnsPerClient: 'limits.http_max_conns_per_client',
  HTTPMaxHeaderBytes: 'http_config.max_header_bytes',
  HTTPPort: 'ports.http',
  HTTPResponseHeaders: 'http_config.response_headers',
  HTTPUseCache: 'http_config.use_cache',
  HTTPSHandshakeTimeout: 'limits.https_handshake_timeout',
  HTTPSPort: 'ports.https',
  KVMaxValueSize: 'limits.kv_max_value_size',
  KeyFile: 'key_file',
  LeaveDrainTime: 'performance.leave_drain_time',
  'Logging.EnableSyslog': 'enable_syslog',
  'Logging.LogFilePath': 'log_file',
  'Logging.LogJSON': 'log_json',
  'Logging.LogRotateBytes': 'log_rotate_bytes',
  'Logging.LogRotateDuration': 'log_rotate_duration',
  'Logging.LogRotateMaxFiles': 'log_rotate_max_files',
  'Logging.SyslogFacility': 'syslog_facility',
  MaxQueryTime: 'max_query_time',
  NodeMeta: 'node_meta',
  PidFile: 'pid_file',
  RPCHandshakeTimeout: 'limits.rpc_handshake_timeout',
  RPCHoldTimeout: 'performance.rpc_hold_timeout',
  RPCMaxBurst: 'limits.rpc_max_burst',
  RPCMaxConnsPerClient: 'limits.rpc_max_conns_per_client',
  RPCRateLimit: 'limits.rpc_rate',
  ReconnectTimeoutLAN: 'reconnect_timeout',
  ReconnectTimeoutWAN: 'reconnect_timeout_wan',
  RejoinAfterLeave: 'rejoin_after_leave',
  RetryJoinIntervalLAN: 'retry_interval',
  RetryJoinIntervalWAN: 'retry_interval_wan',
  RetryJoinMaxAttemptsLAN: 'retry_max',
  RetryJoinMaxAttemptsWAN: 'retry_max_wan',
  RetryJoinWAN: 'retry_join_wan',
  SerfPortLAN: 'ports.serf_lan',
  SerfPortWAN: 'ports.serf_wan',
  ServerMode: 'server',
  ServerName: 'server_name',
  ServerPort: 'ports.server',
  SessionTTLMin: 'session_ttl_min',
  TLSMinVersion: 'tls_min_version',
  TLSPreferServerCipherSuites: 'tls_prefer_server_cipher_suites',
  'Telemetry.DisableHostname': 'telemetry.disable_hostname',
  'Telemetry.FilterDefault': 'telemetry.filter_default',
  'Telemetry.MetricsPrefix': 'telemetry.metrics_prefix',
  'Telemetry.PrometheusRetentionTime': 'telemetry.prometheus_retention_time',
  'Telemetry.StatsdAddr': 'telemetry.statsd_address',
  'Telemetry.StatsiteAddr': 'telemetry.statsite_address',
  TranslateWANAddrs: 'translate_wan_addrs',
  TxnMaxReqLen: 'limits.txn_max_req_len',
  'UIConfig.ContentPath': 'ui_config.content_path',
  'UIConfig.Dir': 'ui_config.dir',
  'UIConfig.Enabled': 'ui_config.enabled',
  'UIConfig.MetricsProvider': 'ui_config.metrics_provider',
  UnixSocketGroup: 'unix_sockets.group',
  UnixSocketMode: 'unix_sockets.mode',
  UnixSocketUser: 'unix_sockets.user',
  VerifyIncoming: 'verify_incoming',
  VerifyIncomingHTTPS: 'verify_incoming_https',
  VerifyIncomingRPC: 'verify_incoming_rpc',
  VerifyOutgoing: 'verify_outgoing',
  VerifyServerHostname: 'verify_server_hostname',
};

const secretOptions: ReadonlySet<OptionKey> = new Set([
  'acl.tokens.agent_master',
  'acl.tokens.agent',
  'acl.tokens.default',
  'acl.tokens.master',
  'acl.tokens.replication',
  'encrypt',
]);

export function debugConfig(config: RuntimeConfig, nodeId: string): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  const put = (name: string, value: unknown) => {
    const [section = '', leaf] = name.split('.');
    if (leaf === undefined) shown[section] = value;
    else shown[section] = { ...(shown[section] as object | undefined), [leaf]: value };
  };
  for (const [name, key] of Object.entries(shownOptions)) put(name, shownValue(config, key));
  for (const [name, value] of Object.entries(derived(config, nodeId))) put(name, value);
  return shown;
}

function shownValue({ settings }: RuntimeConfig, key: OptionKey): unknown {
  if (secretOptions.has(key)) return 'hidden';
  const value = settings[key];
  const { kind } = optionRow(key);
  if (kind === 'duration' && typeof value === 'number') return formatDuration(value);
  if (kind === 'durations') return Object.fromEntries(Object.entries(value).map(([name, ms]) => [name, formatDuration(Number(ms))]));
  // A port that is off is -1 whatever was said.
  return key.startsWith('ports.') && typeof value === 'number' && value <= 0 ? -1 : value;
}

function derived(config: RuntimeConfig, nodeId: string): Readonly<Record<string, unknown>> {
  const { settings, addresses } = config;
  const { refresh, retry, expire, minTtl } = soaOf(config);
  return {
    AdvertiseAddrLAN: addresses.advertiseLan,
    AdvertiseAddrWAN: addresses.advertiseWan,
    BindAddr: addresses.bind,
    Bootstrap: config.bootstrap && !config.devMode,
    ClientAddrs: addresses.client,
    DNSAddrs: addresses.dns,
    DNSRecursors: config.recursors,
    DNSSOA: { Expire: expire, Minttl: minTtl, Refresh: refresh, Retry: retry },
    Datacenter: config.datacenter,
    DevMode: config.devMode,
    EnableLocalScriptChecks: settings.enable_local_script_checks || settings.enable_script_checks,
    HTTPAddrs: addresses.http,
    LeaveOnTerm: config.leaveOnTerminate,
    'Logging.LogLevel': settings.log_level,
    NodeID: nodeId,
    NodeName: config.nodeName,
    PrimaryDatacenter: config.primaryDatacenter,
    RetryJoinLAN: config.retryJoin,
    SkipLeaveOnInt: config.skipLeaveOnInterrupt,
    TaggedAddresses: addresses.tagged,
  };
}
