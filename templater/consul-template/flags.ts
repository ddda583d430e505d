/** consul-template's flags: what is read, which setting each one stands for, and what is not used. */
import type { Flag } from '../../src/lib/argv.js';

/** Dotted path of the setting, as in the tables of option-tables.ts. */
type Row = Flag & { readonly sets?: string };

export const consulTemplateFlags = {
  config: { kind: 'list', about: 'a file or directory with settings (HCL or JSON); may be repeated, later ones win' },
  template: { kind: 'list', about: 'SOURCE:DESTINATION[:COMMAND]; may be repeated' },
  once: { kind: 'bool', about: 'wait until everything is rendered once, then end' },
  dry: { kind: 'bool', about: 'print what would be written; write nothing, run nothing' },
  exec: { kind: 'string', about: 'a command to keep running, started when everything is rendered', sets: 'exec.command' },
  'exec-splay': { kind: 'string', about: 'wait for a random time up to this before a restart', sets: 'exec.splay' },
  'exec-kill-signal': { kind: 'string', about: 'asks the command to end', sets: 'exec.kill_signal' },
  'exec-kill-timeout': { kind: 'string', about: 'time until SIGKILL', sets: 'exec.kill_timeout' },
  'exec-reload-signal': { kind: 'string', about: 'tells the command of a change, instead of a restart', sets: 'exec.reload_signal' },
  'exec-timeout': { kind: 'string', about: 'kill the command when it runs longer', sets: 'exec.timeout' },
  'exec-env-pristine': { kind: 'bool', about: 'give the command nothing of our environment', sets: 'exec.env.pristine' },
  'exec-env-custom': { kind: 'list', about: 'NAME=value for the command; may be repeated', sets: 'exec.env.custom' },
  'exec-env-allowlist': { kind: 'list', about: 'pattern of names passed on; may be repeated', sets: 'exec.env.allowlist' },
  'exec-env-denylist': { kind: 'list', about: 'pattern of names not passed on; may be repeated', sets: 'exec.env.denylist' },
  'exec-env-whitelist': { kind: 'list', about: 'as -exec-env-allowlist', sets: 'exec.env.whitelist' },
  'exec-env-blacklist': { kind: 'list', about: 'as -exec-env-denylist', sets: 'exec.env.blacklist' },
  dedup: { kind: 'bool', about: 'share answers with the other processes of the fleet', sets: 'deduplicate.enabled' },
  wait: { kind: 'string', about: 'MIN[:MAX]: hold changes back until it is quiet' },
  missing: { kind: 'string', about: 'what a key that does not exist means: wait (the default), fail or empty' },
  'wait-timeout': { kind: 'string', about: 'how long a template may wait for what is missing, such as 2m; then the run fails' },
  'state-dir': {
    kind: 'string',
    about:
      'where the socket of mesh-template status is, and notes of commands under way; default $STATE_DIRECTORY, /var/lib/mesh-template for root, else $XDG_STATE_HOME/mesh-template',
  },
  'status-addr': { kind: 'string', about: 'address of the status page, such as 127.0.0.1:9410; there is none by default' },
  register: { kind: 'bool', about: 'register this process as a service of the agent, with a check per template' },
  instance: { kind: 'string', about: 'what this process is called in the catalog and in the fleet; default HOST:CONFIGURATION' },
  'consul-addr': { kind: 'string', about: 'address of an agent, host:port or URL', sets: 'consul.address' },
  'consul-namespace': { kind: 'string', about: 'may be default, the only one there is', sets: 'consul.namespace' },
  'consul-token': { kind: 'string', about: 'ACL token', sets: 'consul.token' },
  'consul-token-file': { kind: 'string', about: 'file with the ACL token', sets: 'consul.token_file' },
  'consul-auth': { kind: 'string', about: 'USER:PASSWORD for HTTP basic authentication' },
  'consul-retry': { kind: 'bool', about: 'try again when the agent fails; default true', sets: 'consul.retry.enabled' },
  'consul-retry-attempts': { kind: 'int', about: 'so many failures in a row end the program; 0 is never', sets: 'consul.retry.attempts' },
  'consul-retry-backoff': { kind: 'string', about: 'the first pause after a failure', sets: 'consul.retry.backoff' },
  'consul-retry-max-backoff': { kind: 'string', about: 'the longest pause after failures', sets: 'consul.retry.max_backoff' },
  retry: { kind: 'string', about: 'as -consul-retry-backoff', sets: 'consul.retry.backoff' },
  'consul-ssl': { kind: 'bool', about: 'HTTPS', sets: 'consul.ssl.enabled' },
  'consul-ssl-verify': { kind: 'bool', about: 'verify the certificate of the agent; default true', sets: 'consul.ssl.verify' },
  'consul-ssl-cert': { kind: 'string', about: 'file with our certificate', sets: 'consul.ssl.cert' },
  'consul-ssl-key': { kind: 'string', about: 'file with its key', sets: 'consul.ssl.key' },
  'consul-ssl-ca-cert': { kind: 'string', about: 'file with the authorities to trust', sets: 'consul.ssl.ca_cert' },
  'consul-ssl-ca-path': { kind: 'string', about: 'directory of such files', sets: 'consul.ssl.ca_path' },
  'consul-ssl-server-name': { kind: 'string', about: 'the name that the certificate must have', sets: 'consul.ssl.server_name' },
  'consul-transport-dial-keep-alive': { kind: 'string', about: 'changes nothing', sets: 'consul.transport.dial_keep_alive' },
  'consul-transport-dial-timeout': { kind: 'string', about: 'changes nothing', sets: 'consul.transport.dial_timeout' },
  'consul-transport-disable-keep-alives': { kind: 'bool', about: 'changes nothing', sets: 'consul.transport.disable_keep_alives' },
  'consul-transport-idle-conn-timeout': { kind: 'string', about: 'changes nothing', sets: 'consul.transport.idle_conn_timeout' },
  'consul-transport-max-idle-conns': { kind: 'int', about: 'changes nothing', sets: 'consul.transport.max_idle_conns' },
  'consul-transport-max-idle-conns-per-host': { kind: 'int', about: 'changes nothing', sets: 'consul.transport.max_idle_conns_per_host' },
  'consul-transport-tls-handshake-timeout': { kind: 'string', about: 'changes nothing', sets: 'consul.transport.tls_handshake_timeout' },
  'block-query-wait': { kind: 'string', about: 'how long one question may wait for news', sets: 'block_query_wait' },
  'max-stale': { kind: 'string', about: 'how old answers may be; they never are', sets: 'max_stale' },
  'kill-signal': { kind: 'string', about: 'ends the program', sets: 'kill_signal' },
  'reload-signal': { kind: 'string', about: 'reads configuration and templates again', sets: 'reload_signal' },
  'log-level': { kind: 'string', about: 'trace, debug, info, warn or err', sets: 'log_level' },
  'log-file': { kind: 'string', about: 'writes the log there too', sets: 'log_file.path' },
  'log-rotate-bytes': { kind: 'int', about: 'begins a new log file when this one would be longer', sets: 'log_file.log_rotate_bytes' },
  'log-rotate-duration': { kind: 'string', about: 'begins a new log file when this one is older', sets: 'log_file.log_rotate_duration' },
  'log-rotate-max-files': {
    kind: 'int',
    about: 'how many older log files are kept; 0 is all, -1 none',
    sets: 'log_file.log_rotate_max_files',
  },
  syslog: { kind: 'bool', about: 'writes the log to the system log too', sets: 'syslog.enabled' },
  'syslog-facility': { kind: 'string', about: 'the facility of its lines there; default LOCAL0', sets: 'syslog.facility' },
  'syslog-name': { kind: 'string', about: 'the name its lines have there; default mesh-template', sets: 'syslog.name' },
  'parse-only': { kind: 'bool', about: 'parse the templates and end', sets: 'parse_only' },
  'template-error-fatal': { kind: 'bool', about: 'a template that fails ends the program; default true', sets: 'template_error_fatal' },
  'err-on-failed-lookup': { kind: 'bool', about: 'the first unanswered question ends the program', sets: 'err_on_failed_lookup' },
  'pid-file': { kind: 'string', about: 'holds the process id as long as the program runs', sets: 'pid_file' },
  'default-left-delimiter': { kind: 'string', about: 'opens an action, instead of {{', sets: 'default_left_delimiter' },
  'default-right-delimiter': { kind: 'string', about: 'closes an action, instead of }}', sets: 'default_right_delimiter' },
  version: { kind: 'bool', about: 'print the version and end' },
  v: { kind: 'bool', about: 'as -version' },
} as const satisfies Readonly<Record<string, Row>>;

/** What can be said of the connection to Vault and to Nomad. */
const connectionFlags = [
  ...['retry-attempts', 'retry-backoff', 'retry-max-backoff'],
  ...['ssl-ca-cert', 'ssl-ca-path', 'ssl-cert', 'ssl-key', 'ssl-server-name'],
  ...['transport-dial-keep-alive', 'transport-dial-timeout', 'transport-idle-conn-timeout', 'transport-max-idle-conns'],
  ...['transport-max-idle-conns-per-host', 'transport-tls-handshake-timeout'],
];
const connectionSwitches = ['retry', 'ssl', 'ssl-verify', 'transport-disable-keep-alives'];

/** Known to consul-template, and nothing here needs them; `about` is why. */
export const unusedFlags = {
  ...unusedEach('string', 'vault', [
    ...['addr', 'token', 'agent-token-file', 'namespace', 'grace', 'unwrap-token', 'default-lease-duration', 'lease-renewal-threshold'],
    ...connectionFlags,
  ]),
  ...unusedEach('bool', 'vault', ['renew-token', ...connectionSwitches]),
  ...unusedEach('string', 'nomad', ['addr', 'token', 'namespace', 'auth-username', 'auth-password', ...connectionFlags]),
  ...unusedEach('bool', 'nomad', ['auth-enabled', ...connectionSwitches]),
} as const satisfies Readonly<Record<string, Flag>>;

function unusedEach(kind: 'string' | 'bool', program: 'vault' | 'nomad', names: readonly string[]): Readonly<Record<string, Flag>> {
  const about = program === 'vault' ? 'Vault is not read' : 'Nomad is not read';
  return Object.fromEntries(names.map((name) => [`${program}-${name}`, { kind, about }]));
}
