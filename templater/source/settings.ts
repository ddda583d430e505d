/**
 * What a source needs to be opened, whatever command line or file said it: one row per kind, decoded and complete. `open.ts` makes a
 * `Source` of it. confd's names for the kinds are in templater/confd/backends.ts.
 */
import type { ConnectionSettings, TlsSettings } from './connection-settings.js';

export type SourceSettings = SingleSettings | SeveralSettings;
export type SingleSettings = ConsulSettings | EnvironmentSettings | FileSettings | EtcdSettings | RedisSettings | VaultSettings;

/** More than one at once: a resource may name where its keys come from, and services come from an agent, whatever holds the keys. */
export interface SeveralSettings {
  readonly kind: 'several';
  /** Of what names no source. */
  readonly main: SingleSettings;
  /** Asked for what is no key, unless the source asked is an agent itself. */
  readonly agent: ConsulSettings;
  readonly named: Readonly<Record<string, SingleSettings>>;
}

/** An agent, mesh's or Consul's. */
export interface ConsulSettings {
  readonly kind: 'consul';
  readonly connection: ConnectionSettings;
}

/** The variables of this process: APP_DB_HOST is the key app/db/host. */
export interface EnvironmentSettings {
  readonly kind: 'env';
}

/** Trees in YAML, JSON or TOML files, told apart by their extension; anything else is YAML, which JSON is a part of. */
export interface FileSettings {
  readonly kind: 'file';
  /** Files, and directories that are looked through with all below them; a later one's keys win. At least one. */
  readonly paths: readonly string[];
  /** Which file names of directories are read: `*`, `?` and `[a-z]` as in Go's path.Match. "*" is all. */
  readonly filter: string;
}

/** etcd 3.4 and newer, over gRPC. */
export interface EtcdSettings {
  readonly kind: 'etcd';
  /** URLs (http:// or https://), at least one; the first that answers is used. */
  readonly addresses: readonly string[];
  /** '' for none. */
  readonly username: string;
  readonly password: string;
  readonly tls: TlsSettings;
  /** Stands before every key in etcd: with "/" the key app/port is "/app/port" there, as confd has it. */
  readonly root: string;
}

/** Redis 5 and newer, and what speaks its protocol. */
export interface RedisSettings {
  readonly kind: 'redis';
  /** "host:port", "host:port/database", "/path/of/socket" or redis://, rediss:// (TLS) URLs, at least one; the first that answers is used. */
  readonly addresses: readonly string[];
  /** Of an ACL user; '' for the default one. */
  readonly username: string;
  /** '' for none. */
  readonly password: string;
  /**
   * Between the parts of a key: with "/" the key app/port is "/app/port" in redis, with any other ":" it is "app:port", as confd has it.
   */
  readonly separator: string;
  readonly tls: TlsSettings;
}

/** Vault's KV secrets, version 1 and 2; asked again and again, because Vault tells of no changes. */
export interface VaultSettings {
  readonly kind: 'vault';
  /** URLs, at least one; the first that answers is used. */
  readonly addresses: readonly string[];
  /** '' for none. */
  readonly namespace: string;
  readonly login: VaultLogin;
  readonly tls: TlsSettings;
  readonly pollMs: number;
}

/** How a token is come by. `path` is where the method is mounted below `auth/`. */
export type VaultLogin =
  | { readonly method: 'token'; readonly token: string }
  | { readonly method: 'app-role'; readonly path: string; readonly roleId: string; readonly secretId: string }
  | { readonly method: 'app-id'; readonly path: string; readonly appId: string; readonly userId: string }
  | { readonly method: 'userpass'; readonly path: string; readonly username: string; readonly password: string }
  | { readonly method: 'github'; readonly path: string; readonly token: string }
  | { readonly method: 'kubernetes'; readonly path: string; readonly role: string; readonly tokenFile: string }
  | { readonly method: 'cert'; readonly path: string };

/** As often as consul-template asks for a secret without a lease. */
export const vaultPollMs = 30_000;
export const defaultAddresses = {
  consul: '127.0.0.1:8500',
  etcd: 'http://127.0.0.1:2379',
  redis: '127.0.0.1:6379',
  vault: 'http://127.0.0.1:8200',
} as const;
