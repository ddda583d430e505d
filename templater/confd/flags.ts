/** confd's flags, and ours for single resource files: one table for the command line, `confd.toml` and the user page. */
import type { FlagTable } from '../../src/lib/argv.js';

export const confdFlags = {
  config: {
    kind: 'list',
    about: 'a file of ours such as mesh-template.toml or conf.d/nginx.toml, or a directory of them; may be repeated',
  },
  confdir: { kind: 'string', fallback: '/etc/confd', about: "a directory in confd's layout: conf.d/*.toml and templates/" },
  'config-file': { kind: 'string', fallback: '/etc/confd/confd.toml', about: 'settings in a file; flags win; may be missing' },
  onetime: { kind: 'bool', about: 'render everything once and end' },
  once: { kind: 'bool', about: 'as -onetime, beside -config' },
  watch: { kind: 'bool', about: 'follow every change at once; this is the default' },
  interval: { kind: 'int', fallback: 600, about: 'render every N seconds instead of following changes' },
  'follow-files': {
    kind: 'bool',
    fallback: true,
    about: 'read resources and templates again when their files change, while following; -follow-files=false leaves that to SIGHUP',
  },
  backend: { kind: 'string', fallback: 'consul', about: 'where keys come from: consul (mesh is one), env, etcdv3, file, redis or vault' },
  node: { kind: 'list', about: 'address of the backend, host:port or URL; repeat it to have more to fall back to' },
  scheme: { kind: 'string', fallback: 'http', about: 'http or https, for nodes given without' },
  'srv-domain': { kind: 'string', about: 'find the nodes by the DNS record _BACKEND._tcp.DOMAIN' },
  'srv-record': { kind: 'string', about: 'find the nodes by this DNS record (SRV)' },
  file: { kind: 'list', about: 'for the file backend: a YAML, JSON or TOML file, or a directory of them; may be repeated' },
  filter: { kind: 'string', fallback: '*', about: 'for the file backend: which files of directories are read, such as *.yaml' },
  separator: { kind: 'string', fallback: '/', about: 'for redis: what stands between the parts of a key' },
  prefix: { kind: 'string', about: 'put before every key; replaces the prefix of the resources' },
  missing: {
    kind: 'string',
    about: 'what a key that does not exist means: wait, fail or empty; default wait, with -onetime fail. What a resource says counts more',
  },
  'wait-timeout': {
    kind: 'string',
    about: 'how long a resource may wait for what is missing, such as 2m; then that is an error, which ends -onetime. Default: for ever',
  },
  noop: { kind: 'bool', about: 'render and compare, but write nothing and run nothing' },
  'sync-only': { kind: 'bool', about: 'write files, but run neither check_cmd nor reload_cmd' },
  'keep-stage-file': { kind: 'bool', about: 'leave the staged file when it did not become the destination' },
  'state-dir': {
    kind: 'string',
    about:
      'where versions of files, lists of files made, and the socket of status are kept; default $STATE_DIRECTORY, /var/lib/mesh-template for root, else $XDG_STATE_HOME/mesh-template',
  },
  'status-addr': { kind: 'string', about: 'address of the status page, such as 127.0.0.1:9410; there is none by default' },
  register: {
    kind: 'bool',
    about: 'register this process as a service of the agent, with a check per resource, and the versions it deployed as keys',
  },
  instance: {
    kind: 'string',
    about: 'what this process is called in the catalog, in the fleet and in rollouts; default HOST:CONFIGURATION',
  },
  'log-level': { kind: 'string', fallback: 'info', about: 'debug, info, warn, error, fatal or panic' },
  'auth-token': { kind: 'string', about: 'ACL token of an agent, token of Vault; CONSUL_HTTP_TOKEN or VAULT_TOKEN otherwise' },
  'basic-auth': { kind: 'bool', about: 'send username and password to the agent (HTTP basic authentication)' },
  username: { kind: 'string', about: 'for -basic-auth, etcd, redis and the userpass login of Vault' },
  password: { kind: 'string', about: 'the same' },
  table: { kind: 'string', about: 'for the dynamodb backend of confd, which is not there; refused' },
  'auth-type': { kind: 'string', about: 'login of Vault: token, app-role, app-id, userpass, github, kubernetes or cert' },
  path: { kind: 'string', about: 'for Vault: where the login method is mounted, when not under its own name' },
  'role-id': { kind: 'string', about: 'for the logins app-role and kubernetes of Vault' },
  'secret-id': { kind: 'string', about: 'for the login app-role of Vault' },
  'app-id': { kind: 'string', about: 'for the login app-id of Vault' },
  'user-id': { kind: 'string', about: 'for the login app-id of Vault' },
  'client-ca-keys': { kind: 'string', about: 'file with the certificate authorities to trust' },
  'client-cert': { kind: 'string', about: 'file with our certificate' },
  'client-key': { kind: 'string', about: 'file with the key of our certificate' },
  'client-insecure': { kind: 'bool', about: 'do not verify the certificate of the backend' },
  version: { kind: 'bool', about: 'print the version and end' },
} as const satisfies FlagTable;

export type ConfdFlag = keyof typeof confdFlags;

/** Settings that `confd.toml` may hold, by the name they have there. */
export const configFileKeys: Readonly<Record<string, ConfdFlag>> = {
  backend: 'backend',
  nodes: 'node',
  confdir: 'confdir',
  interval: 'interval',
  watch: 'watch',
  noop: 'noop',
  'sync-only': 'sync-only',
  prefix: 'prefix',
  'log-level': 'log-level',
  'status-addr': 'status-addr',
  register: 'register',
  instance: 'instance',
  scheme: 'scheme',
  client_cakeys: 'client-ca-keys',
  client_cert: 'client-cert',
  client_key: 'client-key',
  client_insecure: 'client-insecure',
  basic_auth: 'basic-auth',
  username: 'username',
  password: 'password',
  auth_token: 'auth-token',
  srv_domain: 'srv-domain',
  srv_record: 'srv-record',
  file: 'file',
  filter: 'filter',
  separator: 'separator',
  table: 'table',
  auth_type: 'auth-type',
  path: 'path',
  role_id: 'role-id',
  secret_id: 'secret-id',
  app_id: 'app-id',
  user_id: 'user-id',
};

/** Environment variables that stand for a flag that neither the command line nor the file gives. */
export const environmentNames: Readonly<Record<string, ConfdFlag>> = {
  CONFD_CLIENT_CAKEYS: 'client-ca-keys',
  CONFD_CLIENT_CERT: 'client-cert',
  CONFD_CLIENT_KEY: 'client-key',
  CONSUL_HTTP_TOKEN: 'auth-token',
};

/** Those that later releases of confd have besides, for the same; they count for its directories only. */
export const confdVariables: Readonly<Record<string, ConfdFlag>> = {
  CONFD_CONFDIR: 'confdir',
  CONFD_CONFIG_FILE: 'config-file',
  CONFD_INTERVAL: 'interval',
  CONFD_KEEP_STAGE_FILE: 'keep-stage-file',
  CONFD_LOG_LEVEL: 'log-level',
  CONFD_NOOP: 'noop',
  CONFD_ONETIME: 'onetime',
  CONFD_PREFIX: 'prefix',
  CONFD_SYNC_ONLY: 'sync-only',
  CONFD_WATCH: 'watch',
};
