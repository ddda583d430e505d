/**
 * Every key of resource files and of our own file, table by table: what the decoders read and what docs/mesh-template.md lists (a test
 * holds it to that). Templates have confd's words where confd has one.
 */
import type { KeyRows } from './table-values.js';

/** What confd knows, and its forks. */
const confdKeys = {
  src: { type: 'string', about: "the template's file; below `templates/`, or beside this file" },
  dest: { type: 'string', about: 'the file to write' },
  keys: { type: 'strings', about: 'key prefixes to fetch for `getv`, `gets`, `ls` and their like' },
  prefix: { type: 'string', about: 'put before every key, and cut off again for the template' },
  mode: { type: 'string', about: 'permission bits as a string: "0644" is octal, "420" decimal' },
  uid: { type: 'integer', about: 'owner, as a number' },
  gid: { type: 'integer', about: 'group, as a number' },
  owner: { type: 'string', about: 'owner by name, `"user"`, `"user:group"` or `":group"`; `uid` and `gid` go first' },
  group: {
    type: 'string',
    about: 'the `[group.NAME]` it is checked, put in place and reloaded with; in a `[template]`, as in confd, the group of the owner',
  },
  check_cmd: { type: 'string', about: 'run by a shell before the file is replaced; `{{.src}}` is the staged file, `{{.dest}}` the file' },
  reload_cmd: { type: 'string', about: 'run by a shell after the file has been replaced' },
  check_cmd_timeout: { type: 'duration', about: 'time limit of `check_cmd`, default "30s"' },
  reload_cmd_timeout: { type: 'duration', about: 'time limit of `reload_cmd`, default "60s"' },
  keep_failed: { type: 'boolean', about: 'keep the new file when `reload_cmd` fails, as confd does' },
} as const satisfies KeyRows;

const changeKeys = {
  settle: {
    type: 'string',
    about:
      '"MIN:MAX": a change waits until nothing else has changed for MIN, at most MAX after the first; MAX is 4 times MIN when left out',
  },
  max_rate: { type: 'string', about: 'at most so many reloads, such as "1 per 10s"; what comes too early waits, and goes together' },
  keep: { type: 'integer', about: 'so many good versions, the present one included, are kept for `mesh-template rollback`; default 0' },
} as const satisfies KeyRows;

const waitingKeys = {
  missing: {
    type: 'string',
    about: 'what a key that does not exist means: "wait" for it, "fail", or "empty" text; default "wait", with -onetime "fail"',
  },
  wait_timeout: { type: 'duration', about: 'how long to wait for what is missing; then that is an error. Default: for ever' },
} as const satisfies KeyRows;

export const templateKeys = {
  ...confdKeys,
  name: { type: 'string', about: 'what logs, `status` and `rollback` call it; default: `dest`, of a `[template]` the path of this file' },
  contents: { type: 'string', about: 'the template itself, instead of `src`' },
  source: { type: 'string', about: 'the `[source.NAME]` that its keys come from; default: `[source]`, or the agent' },
  for_each: { type: 'string', about: 'one file for each item of `"tree PREFIX"` or `"service NAME"`; `dest` names it by `{{item.key}}`' },
  root: { type: 'string', about: 'the directory that no file of `for_each` may leave; default: what `dest` says before the first `{{`' },
  ...waitingKeys,
  allow_empty: { type: 'boolean', about: 'a tree or service that is empty all at once may empty the file; default false' },
  create_dest_dirs: { type: 'boolean', about: 'make the directories of `dest` that are not there; default false' },
  dialect: {
    type: 'string',
    about: 'whose functions the template means: "confd", "consul-template", or "both" (default; confd\'s where they clash)',
  },
  delimiters: { type: 'strings', about: 'what stands around actions instead of `{{` and `}}`, such as `["<<", ">>"]`; Go syntax only' },
  error_on_missing_key: { type: 'boolean', about: 'a key that a map does not have is an error; Go syntax only' },
  sandbox_path: { type: 'string', about: '`file` and `writeToFile` stay below this directory, whatever links there are' },
  function_denylist: { type: 'strings', about: 'functions that fail when they are called' },
  ...changeKeys,
  rollout: { type: 'table', about: 'as `[group.NAME.rollout]`, for a resource without a group' },
} as const satisfies KeyRows;

/** What `[defaults]` may say for all templates of all files. */
export const defaultsKeys = {
  prefix: templateKeys.prefix,
  source: templateKeys.source,
  mode: templateKeys.mode,
  owner: templateKeys.owner,
  missing: templateKeys.missing,
  wait_timeout: templateKeys.wait_timeout,
  allow_empty: templateKeys.allow_empty,
  create_dest_dirs: templateKeys.create_dest_dirs,
  dialect: templateKeys.dialect,
  sandbox_path: templateKeys.sandbox_path,
  function_denylist: templateKeys.function_denylist,
  check_cmd_timeout: templateKeys.check_cmd_timeout,
  reload_cmd_timeout: templateKeys.reload_cmd_timeout,
  keep_failed: templateKeys.keep_failed,
  keep: templateKeys.keep,
} as const satisfies KeyRows;

export const groupKeys = {
  ...changeKeys,
  settle: { ...changeKeys.settle, about: `${changeKeys.settle.about}. Default "100ms:2s"` },
  check_cmd: { type: 'string', about: 'one check of all staged files, before any file is replaced' },
  reload_cmd: { type: 'string', about: 'one reload for all files' },
  check_cmd_timeout: templateKeys.check_cmd_timeout,
  reload_cmd_timeout: templateKeys.reload_cmd_timeout,
  keep_failed: { type: 'boolean', about: 'keep the new files when `reload_cmd` fails' },
  rollout: { type: 'table', about: 'machines take turns, see below' },
} as const satisfies KeyRows;

export const rolloutKeys = {
  lock: { type: 'string', about: 'the key below which machines take turns, such as "rollout/nginx"' },
  limit: { type: 'integer', about: 'so many machines reload at once; default 1' },
  wait_healthy: {
    type: 'list',
    about: 'what must pass again on this machine before the next one begins: "service:NAME", "check:ID", "node", or a list of them',
  },
  timeout: { type: 'duration', about: 'how long that may take; default "2m"' },
} as const satisfies KeyRows;

export const agentKeys = {
  address: { type: 'list', about: 'an agent, "host:port" or URL, or a list of them to fall back to; default "127.0.0.1:8500"' },
  token: { type: 'string', about: 'ACL token' },
  token_file: { type: 'string', about: 'file with the ACL token' },
  datacenter: { type: 'string', about: 'asked for what names no datacenter itself; default: that of the agent' },
  username: { type: 'string', about: 'for HTTP basic authentication' },
  password: { type: 'string', about: 'for HTTP basic authentication' },
  ca_file: { type: 'string', about: 'file with the certificate authorities to trust' },
  cert_file: { type: 'string', about: 'file with our certificate' },
  key_file: { type: 'string', about: 'file with the key of our certificate' },
  verify: { type: 'boolean', about: 'verify the certificate of the agent; default true' },
} as const satisfies KeyRows;

const { token_file: _, datacenter, address: __, ...loginKeys } = agentKeys;

export const sourceKeys = {
  kind: {
    type: 'string',
    about: 'where keys come from: consul (mesh is one), env, file, etcdv3, redis or vault; for a `[source.NAME]` the default is its name',
  },
  address: { type: 'list', about: 'of etcd, redis or Vault, host:port or URL, or a list of them to fall back to' },
  ...loginKeys,
  token: { type: 'string', about: 'for vault: the token, when no other login is named; for consul the ACL token' },
  username: { type: 'string', about: 'for etcd, redis, and the login userpass of Vault' },
  password: { type: 'string', about: 'the same' },
  verify: { type: 'boolean', about: 'verify the certificate of the server; default true' },
  files: { type: 'list', about: 'for file: YAML, JSON or TOML files, or directories of them' },
  filter: { type: 'string', about: 'for file: which files of directories are read, such as "*.yaml"' },
  separator: { type: 'string', about: 'for redis: what stands between the parts of a key; default "/"' },
  auth_type: { type: 'string', about: 'for vault: the login, token, app-role, app-id, userpass, github, kubernetes or cert' },
  path: { type: 'string', about: 'for vault: where the login method is mounted, when not under its own name' },
  role_id: { type: 'string', about: 'for vault: of app-role and kubernetes' },
  secret_id: { type: 'string', about: 'for vault: of app-role' },
  app_id: { type: 'string', about: 'for vault: of app-id' },
  user_id: { type: 'string', about: 'for vault: of app-id' },
  datacenter: { ...datacenter, about: `for consul, in a \`[source.NAME]\`: ${datacenter.about}` },
} as const satisfies KeyRows;

export const logKeys = {
  level: { type: 'string', about: 'debug, info, warn, error, fatal or panic; default "info"' },
} as const satisfies KeyRows;

export const statusKeys = {
  address: { type: 'string', about: 'of the status page, such as "127.0.0.1:9410"; there is none by default' },
} as const satisfies KeyRows;

export const execKeys = {
  command: {
    type: 'command',
    about: 'a program to keep running, started when everything is rendered; a line for a shell, or a list of words',
  },
  reload_signal: { type: 'signal', about: 'tells the program of a change, such as "SIGHUP"; without it the program is started anew' },
  kill_signal: { type: 'signal', about: 'asks the program to end; default "SIGINT"' },
  kill_timeout: { type: 'duration', about: 'time until SIGKILL; default "30s"' },
  splay: { type: 'duration', about: 'wait for a random time up to this before telling the program of a change' },
  env: { type: 'strings', about: '`"NAME=value"` for the program' },
  env_pristine: { type: 'boolean', about: 'give the program nothing of our environment; default false' },
  env_allow: { type: 'strings', about: 'patterns of names that are passed on; default: all' },
  env_deny: { type: 'strings', about: 'patterns of names that are not passed on' },
} as const satisfies KeyRows;

export const topKeys = {
  register: {
    type: 'boolean',
    about: 'register this process as a service with a check per resource, and the versions it deployed as keys; default false',
  },
  instance: {
    type: 'string',
    about: 'what this process is called in the catalog, in the fleet and in rollouts; default HOST:CONFIGURATION',
  },
  state_dir: { type: 'string', about: 'where versions, pins and the socket of `status` are kept' },
  pid_file: { type: 'string', about: 'where our process id is written while we run' },
  agent: { type: 'table', about: 'how to reach mesh or Consul' },
  source: { type: 'table', about: 'where keys come from, when not from the agent; `[source.NAME]` is one that templates may name' },
  defaults: { type: 'table', about: 'for all templates' },
  group: { type: 'table', about: '`[group.NAME]`, one table for each' },
  status: { type: 'table', about: 'the status page' },
  exec: { type: 'table', about: 'a program to look after' },
  log: { type: 'table', about: 'the log' },
} as const satisfies KeyRows;

/** As the page lists them. */
export const nativeTables = [
  { header: '[[template]]', rows: templateKeys },
  { header: '[defaults]', rows: defaultsKeys },
  { header: '[group.NAME]', rows: groupKeys },
  { header: '[group.NAME.rollout]', rows: rolloutKeys },
  { header: '[agent]', rows: agentKeys },
  { header: '[source]` and `[source.NAME]', rows: sourceKeys },
  { header: '[status]', rows: statusKeys },
  { header: '[exec]', rows: execKeys },
  { header: '[log]', rows: logKeys },
] as const;
