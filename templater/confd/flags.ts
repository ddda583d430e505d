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
  backend: { kind: 'string', fallback: 'consul', about: 'where keys come from: consul (mesh is one) or env' },
  node: { kind: 'list', about: 'address of an agent, host:port or URL; repeat it to have more to fall back to' },
  scheme: { kind: 'string', fallback: 'http', about: 'http or https, for nodes given without' },
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
  'log-level': { kind: 'string', fallback: 'info', about: 'debug, info, warn, error, fatal or panic' },
  'auth-token': { kind: 'string', about: 'ACL token; CONSUL_HTTP_TOKEN otherwise' },
  'basic-auth': { kind: 'bool', about: 'send username and password (HTTP basic authentication)' },
  username: { kind: 'string', about: 'for -basic-auth' },
  password: { kind: 'string', about: 'for -basic-auth' },
  'client-ca-keys': { kind: 'string', about: 'file with the certificate authorities to trust' },
  'client-cert': { kind: 'string', about: 'file with our certificate' },
  'client-key': { kind: 'string', about: 'file with the key of our certificate' },
  'client-insecure': { kind: 'bool', about: 'do not verify the certificate of the agent' },
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
  scheme: 'scheme',
  client_cakeys: 'client-ca-keys',
  client_cert: 'client-cert',
  client_key: 'client-key',
  client_insecure: 'client-insecure',
  basic_auth: 'basic-auth',
  username: 'username',
  password: 'password',
  auth_token: 'auth-token',
};

/** Environment variables that stand for a flag that neither the command line nor the file gives. */
export const environmentNames: Readonly<Record<string, ConfdFlag>> = {
  CONFD_CLIENT_CAKEYS: 'client-ca-keys',
  CONFD_CLIENT_CERT: 'client-cert',
  CONFD_CLIENT_KEY: 'client-key',
  CONSUL_HTTP_TOKEN: 'auth-token',
};
