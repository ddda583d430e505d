/**
 * Every key of consul-template's configuration: what is read, with its type, and what is not used, with the reason. One literal table per
 * block; the user page is held to it. A key that stands in neither is an error.
 */

/**
 * `command` is a shell line or a list of words; `mode` is 0640 or "0640"; `signal` is "SIGHUP", "" for none; `owner` is a name or a number.
 * `integer` may be negative. A list of strings may be one string with commas, and no time the number 0.
 */
export type KeyType = 'string' | 'strings' | 'bool' | 'count' | 'integer' | 'duration' | 'signal' | 'mode' | 'owner' | 'command';
export interface KeyRow {
  readonly type: KeyType;
  readonly about: string;
}
export type KeyTable = Readonly<Record<string, KeyRow>>;
/** Dotted path of a block -> its keys; '' is the outermost. */
export type BlockTable = Readonly<Record<string, KeyTable>>;

const waitKeys = {
  enabled: { type: 'bool', about: 'false: changes are not held back; default true when there is a `min`' },
  min: { type: 'duration', about: 'a change is held back so long, and each further change starts it again' },
  max: { type: 'duration', about: 'but never longer than this after the first one; default 4 times `min`' },
} as const satisfies KeyTable;

const environmentKeys = {
  pristine: { type: 'bool', about: 'nothing of our own environment, only `custom`' },
  custom: { type: 'strings', about: '"NAME=value", always set' },
  allowlist: {
    type: 'strings',
    about: 'patterns of names that are passed on, as of file names (`CONSUL_*`, `[A-F]?`); `whitelist` is the same',
  },
  whitelist: { type: 'strings', about: 'as `allowlist`' },
  denylist: { type: 'strings', about: 'patterns of names that are not passed on, whatever `allowlist` says; `blacklist` is the same' },
  blacklist: { type: 'strings', about: 'as `denylist`' },
} as const satisfies KeyTable;

export const configBlocks = {
  '': {
    reload_signal: { type: 'signal', about: 'reads configuration and templates again; default SIGHUP' },
    kill_signal: { type: 'signal', about: 'ends the program; default SIGINT. SIGTERM does so too unless there is an `exec` command' },
    max_stale: { type: 'duration', about: 'how old answers may be; they are always the present state, which is never too old' },
    block_query_wait: { type: 'duration', about: 'how long one question may wait for news at the agent; default "60s"' },
    log_level: {
      type: 'string',
      about: 'trace, debug, info, warn or err; default warn, or what CT_LOG, CONSUL_TEMPLATE_LOG or CONSUL_TEMPLATE_LOG_LEVEL says',
    },
    pid_file: { type: 'string', about: 'holds the process id as long as the program runs' },
    once: { type: 'bool', about: 'as the flag `-once`' },
    parse_only: { type: 'bool', about: 'templates are parsed and nothing else; ends with 14 when one cannot be' },
    template_error_fatal: {
      type: 'bool',
      about:
        'false: a template that fails, or whose file cannot be written, is told of and does not end the program (with `-once` it does); default true',
    },
    err_on_failed_lookup: {
      type: 'bool',
      about: 'the first question that the agent does not answer ends the program, whatever `retry` says',
    },
    default_left_delimiter: { type: 'string', about: 'of templates that name none; default `{{`' },
    default_right_delimiter: { type: 'string', about: 'of templates that name none; default `}}`' },
  },
  consul: {
    address: { type: 'string', about: 'host:port or URL; default CONSUL_HTTP_ADDR, then 127.0.0.1:8500' },
    token: { type: 'string', about: 'default CONSUL_TOKEN, then CONSUL_HTTP_TOKEN, then the file CONSUL_HTTP_TOKEN_FILE' },
    token_file: { type: 'string', about: 'a file with the token' },
    namespace: { type: 'string', about: 'may be "default", which is the only one there is; so may the variable CONSUL_NAMESPACE' },
  },
  'consul.auth': {
    enabled: { type: 'bool', about: 'default true when there is a user name' },
    username: { type: 'string', about: 'for HTTP basic authentication' },
    password: { type: 'string', about: 'for HTTP basic authentication' },
  },
  'consul.retry': {
    enabled: { type: 'bool', about: 'false: the first failure of the agent ends the program' },
    attempts: { type: 'count', about: 'so many failures in a row end the program; default 0, never' },
    backoff: { type: 'duration', about: 'the first pause, doubled each time; default "250ms"' },
    max_backoff: { type: 'duration', about: 'the longest pause; default "1m"' },
  },
  'consul.ssl': {
    enabled: { type: 'bool', about: 'HTTPS; default true when any other key of the block is given, or CONSUL_HTTP_SSL says so' },
    verify: { type: 'bool', about: 'false: take any certificate; default true' },
    cert: { type: 'string', about: 'file with our certificate' },
    key: { type: 'string', about: 'file with its key' },
    ca_cert: { type: 'string', about: 'file with the authorities to trust' },
    ca_path: { type: 'string', about: 'directory of such files, when there is no `ca_cert`' },
    server_name: { type: 'string', about: 'the name that the certificate must have, when it is not that of the address' },
  },
  'consul.transport': {
    dial_keep_alive: { type: 'duration', about: 'changes nothing: dead connections are noticed after 25 seconds' },
    dial_timeout: { type: 'duration', about: 'changes nothing: the system says how long' },
    disable_keep_alives: { type: 'bool', about: 'changes nothing: connections are used again' },
    idle_conn_timeout: { type: 'duration', about: 'changes nothing: connections are kept as long as the agent does' },
    max_idle_conns: { type: 'count', about: 'changes nothing: 256 are kept' },
    max_idle_conns_per_host: { type: 'count', about: 'changes nothing: there is one host' },
    max_conns_per_host: { type: 'count', about: 'changes nothing: there is one connection for each distinct question' },
    tls_handshake_timeout: { type: 'duration', about: 'changes nothing: the system says how long' },
  },
  log_file: {
    path: {
      type: 'string',
      about: 'the log is written there too, into files whose names get a time: "/var/log/ct.log" is /var/log/ct-TIME.log',
    },
    log_rotate_bytes: { type: 'count', about: 'a new file is begun when this one would be longer; default 0, never' },
    log_rotate_duration: { type: 'duration', about: 'a new file is begun when this one is older; default "24h"' },
    log_rotate_max_files: { type: 'integer', about: 'so many older files are kept; default 0, all of them; -1 is none' },
  },
  syslog: {
    enabled: {
      type: 'bool',
      about: 'the log is written to the system log too, by the program `logger`; default true when there is a facility or a name',
    },
    facility: { type: 'string', about: 'LOCAL0 to LOCAL7, DAEMON, USER and so on; default "LOCAL0"' },
    name: { type: 'string', about: 'what the lines are marked with; default "mesh-template"' },
    socket: { type: 'string', about: 'where the system log listens; default "/dev/log" (not known to consul-template)' },
  },
  deduplicate: {
    enabled: {
      type: 'bool',
      about: 'one process of the fleet asks for each template, the others take its answers; not with `-once` or `-dry`',
    },
    prefix: { type: 'string', about: 'where the answers lie; default "consul-template/dedup/"' },
    ttl: {
      type: 'duration',
      about: 'another process takes over at the latest twice this after the leader is gone without a word; default "15s"',
    },
    max_stale: { type: 'duration', about: 'as the `max_stale` above' },
  },
  wait: waitKeys,
  exec: {
    command: { type: 'command', about: 'a program to start when every template is rendered, and to keep running' },
    enabled: { type: 'bool', about: 'default true when there is a command' },
    splay: { type: 'duration', about: 'a restart or a reload waits for a random time up to this' },
    kill_signal: { type: 'signal', about: 'asks the program to end; default SIGINT' },
    kill_timeout: { type: 'duration', about: 'SIGKILL follows after this; default "30s"' },
    timeout: { type: 'duration', about: 'a program that runs longer is killed, which ends mesh-template with 14; default 0, for ever' },
    reload_signal: { type: 'signal', about: 'sent on a change; without one, the program is started again' },
  },
  'exec.env': environmentKeys,
} as const satisfies BlockTable;

export const templateBlocks = {
  '': {
    source: { type: 'string', about: 'the template; `.hbs` is Handlebars, everything else Go' },
    contents: { type: 'string', about: 'the template itself, instead of `source`' },
    destination: { type: 'string', about: 'the file to write' },
    create_dest_dirs: { type: 'bool', about: 'makes missing directories, 0755; default true' },
    command: { type: 'command', about: 'run after a change: a shell line, or a list of words that needs no shell' },
    command_timeout: {
      type: 'duration',
      about: 'ends the command with everything it started; default "30s"; "0s" leaves it running, nobody waits for it or for how it ends',
    },
    perms: { type: 'mode', about: 'permission bits; default those of the file, 0644 for a new one' },
    user: { type: 'owner', about: 'owner, by name or number; default the present one' },
    group: { type: 'owner', about: 'group, by name or number; default the present one' },
    uid: { type: 'owner', about: 'as `user`, which wins' },
    gid: { type: 'owner', about: 'as `group`, which wins' },
    backup: { type: 'bool', about: 'keeps the version before as `DEST.bak`' },
    error_on_missing_key: { type: 'bool', about: 'a key that a map does not have is an error' },
    sandbox_path: { type: 'string', about: '`file` and `writeToFile` stay below this directory, whatever links there are' },
    error_fatal: { type: 'bool', about: 'as `template_error_fatal`, for this template' },
    function_denylist: { type: 'strings', about: 'functions that fail when they are called; `function_blacklist` is the same' },
    function_blacklist: { type: 'strings', about: 'as `function_denylist`' },
    left_delimiter: { type: 'string', about: 'opens an action, instead of `{{`' },
    right_delimiter: { type: 'string', about: 'closes an action, instead of `}}`' },
  },
  wait: waitKeys,
  exec: {
    command: { type: 'command', about: 'as `command` of the template, which it replaces' },
    enabled: { type: 'bool', about: 'false: the command is not run' },
    timeout: { type: 'duration', about: 'as `command_timeout`' },
    splay: { type: 'duration', about: 'the command waits for a random time up to this' },
    kill_signal: {
      type: 'signal',
      about: 'asks a command to end that is running when mesh-template ends; default SIGINT when there is a `kill_timeout`, else SIGKILL',
    },
    kill_timeout: { type: 'duration', about: 'SIGKILL follows after this; default "30s" when there is a `kill_signal`' },
    reload_signal: { type: 'signal', about: 'changes nothing: a command runs anew for a change' },
  },
  'exec.env': environmentKeys,
} as const satisfies BlockTable;

/** Keys and blocks that consul-template knows and nothing here needs: they are told of, with the reason. Paths as above. */
export const unusedKeys: Readonly<Record<string, string>> = {
  vault: 'Vault is not read; templates that call secret, secrets or pkiCert fail',
  nomad: 'Nomad is not read; templates that call nomadService, nomadVar and so on fail',
  'template.vault_grace': 'Vault is not read',
};
