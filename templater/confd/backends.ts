/** confd's backends: which source each one is, and what the settings that go by one name for all of them mean for it. */
import type { ConnectionSettings, TlsSettings } from '../source/connection-settings.js';
import { defaultAddresses, type SingleSettings, type VaultLogin, type VaultSettings, vaultPollMs } from '../source/settings.js';

/** What flags, file and environment say; '' and empty lists stand for nothing. */
export interface BackendValues {
  readonly nodes: readonly string[];
  /** '' when nobody said it. */
  readonly scheme: '' | 'http' | 'https';
  readonly token: string;
  readonly username: string;
  readonly password: string;
  readonly tls: TlsSettings;
  /** Of the agent, for the backend that is one. */
  readonly connection: ConnectionSettings;
  readonly files: readonly string[];
  readonly filter: string;
  readonly separator: string;
  readonly vault: Readonly<Record<'authType' | 'path' | 'roleId' | 'secretId' | 'appId' | 'userId' | 'address' | 'namespace', string>>;
}

type Fail = (text: string) => never;

/** By the name that `-backend` takes. */
const backends = {
  consul: ({ connection }) => ({ kind: 'consul', connection }),
  env: () => ({ kind: 'env' }),
  file: ({ files, filter }, fail) => {
    if (files.length === 0) fail('the file backend needs to be told what to read: -file PATH, or file = ["PATH"]');
    return { kind: 'file', paths: files, filter };
  },
  etcd: etcdSettings,
  etcdv3: etcdSettings,
  redis: redisSettings,
  vault: vaultSettings,
} as const satisfies Record<string, (values: BackendValues, fail: Fail) => SingleSettings>;

export type BackendName = keyof typeof backends;

/** Backends of confd that are not there, and what to do instead. */
const goneBackends: Readonly<Record<string, string>> = {
  zookeeper: 'keep the keys in mesh (mesh kv import) or etcd, or write them to a file and follow that with -backend file',
  dynamodb: 'have what is needed written to a file by AWS tools and follow that with -backend file',
  ssm: 'have the parameters written to a file (aws ssm get-parameters-by-path) and follow that with -backend file',
  secretsmanager: 'have the secrets written to a file by AWS tools and follow that with -backend file',
  acm: 'have the certificates written to a file by AWS tools and follow that with -backend file',
  rancher: "Rancher's metadata service is gone since Rancher 2; write the values to a file and follow that with -backend file",
  etcdv2: 'etcd itself has dropped its version 2; move the keys (etcdctl migrate) and use -backend etcdv3',
};

export function backendNamed(name: string, fail: Fail): BackendName {
  if (isBackend(name)) return name;
  const wayOut = Object.hasOwn(goneBackends, name) ? goneBackends[name] : undefined;
  if (wayOut !== undefined) return fail(`the backend ${JSON.stringify(name)} is not supported; ${wayOut}`);
  return fail(`unknown backend ${JSON.stringify(name)}; there are consul (mesh is one), env, etcdv3, file, redis and vault`);
}

const isBackend = (name: string): name is BackendName => Object.hasOwn(backends, name);

/** A backend of confd's, whether it is there or not. */
export const isBackendWord = (word: string): boolean => isBackend(word) || Object.hasOwn(goneBackends, word);

export function sourceSettings(
  name: BackendName,
  { values, fail }: { readonly values: BackendValues; readonly fail: Fail },
): SingleSettings {
  return backends[name](values, fail);
}

/** A certificate or an authority without a scheme means TLS, as for confd's client of etcd. */
function etcdSettings({ nodes, scheme, username, password, tls }: BackendValues): SingleSettings {
  const assumed = scheme || (tls.authorityFile !== '' || tls.certificateFile !== '' ? 'https' : 'http');
  return {
    kind: 'etcd',
    addresses: withScheme(nodes, { scheme: assumed, fallback: defaultAddresses.etcd }),
    username,
    password,
    tls,
    root: '/',
  };
}

/** confd takes redis' password from `client_key`; with a certificate it is the key of that. */
function redisSettings({ nodes, scheme, username, password, tls, separator }: BackendValues): SingleSettings {
  const isKey = tls.certificateFile !== '';
  const addresses = (nodes.length > 0 ? nodes : [defaultAddresses.redis]).map((node) =>
    scheme === 'https' && !node.includes('://') && !node.startsWith('/') ? `rediss://${node}` : node,
  );
  return {
    kind: 'redis',
    addresses,
    username,
    password: password || (isKey ? '' : tls.keyFile),
    separator: separator || '/',
    tls: isKey ? tls : { ...tls, keyFile: '' },
  };
}

function vaultSettings(values: BackendValues, fail: Fail): VaultSettings {
  const { nodes, scheme, tls, vault } = values;
  return {
    kind: 'vault',
    addresses: withScheme(nodes, { scheme: scheme || 'http', fallback: vault.address || defaultAddresses.vault }),
    namespace: vault.namespace,
    login: vaultLogin(values, fail),
    tls,
    pollMs: vaultPollMs,
  };
}

/** Where Kubernetes puts the token of a pod's own account. */
const accountTokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function vaultLogin({ token, username, password, vault }: BackendValues, fail: Fail): VaultLogin {
  const method = vault.authType || (token === '' ? '' : 'token');
  const needed = (value: string, name: string) => value || fail(`-auth-type ${method} needs -${name}`);
  switch (method) {
    case 'token':
      return { method, token: needed(token, 'auth-token') };
    case 'app-role':
    case 'approle':
      return {
        method: 'app-role',
        path: vault.path || 'approle',
        roleId: needed(vault.roleId, 'role-id'),
        secretId: needed(vault.secretId, 'secret-id'),
      };
    case 'app-id':
      return { method, path: vault.path || method, appId: needed(vault.appId, 'app-id'), userId: needed(vault.userId, 'user-id') };
    case 'userpass':
      return { method, path: vault.path || method, username: needed(username, 'username'), password: needed(password, 'password') };
    case 'github':
      return { method, path: vault.path || method, token: needed(token, 'auth-token') };
    case 'kubernetes':
      return { method, path: vault.path || method, role: needed(vault.roleId, 'role-id'), tokenFile: accountTokenFile };
    case 'cert':
      return { method, path: vault.path || method };
    case '':
      return fail('you have to set the auth type when using the vault backend: -auth-type token, app-role, userpass, …');
    default:
      return fail(`unknown auth type ${JSON.stringify(method)}; there are token, app-role, app-id, userpass, github, kubernetes and cert`);
  }
}

function withScheme(
  nodes: readonly string[],
  { scheme, fallback }: { readonly scheme: string; readonly fallback: string },
): readonly string[] {
  return (nodes.length > 0 ? nodes : [fallback]).map((node) => (node.includes('://') ? node : `${scheme}://${node}`));
}
