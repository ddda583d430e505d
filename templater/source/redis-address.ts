/** Where a redis server is, in the spellings of confd and of redis' own tools. */
import { statSync } from 'node:fs';
import { ClientOptionError } from '../../src/client/errors.js';
import { maskUserInfo } from '../../src/lib/mask-tokens.js';
import type { RedisSettings } from './settings.js';

export interface RedisAddress {
  /** For log lines: "127.0.0.1:6379", "/run/redis.sock". */
  readonly shown: string;
  readonly place: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly database: number;
  readonly isTls: boolean;
  readonly username: string;
  readonly password: string;
}

type Credentials = Pick<RedisSettings, 'username' | 'password'>;
const defaultPort = 6379;

/**
 * "127.0.0.1", "127.0.0.1:6379/2", "[::1]:6379", "/run/redis.sock", "/run/redis.sock/2", "redis://user:secret@host:6379/2", "rediss://host".
 * What an address says of user and password goes before the settings.
 *
 * @throws ClientOptionError
 */
export function parseRedisAddress(text: string, credentials: Credentials): RedisAddress {
  const { username, password } = credentials;
  if (/^rediss?:\/\//i.test(text)) return fromUrl(text, credentials);
  if (text.startsWith('/')) return { ...socketPath(text), isTls: false, username, password };
  const [, host = '', port, database] = /^(\[[^\]]+\]|[^:/]+)(?::(\d+))?(?:\/(\d+))?$/.exec(text) ?? [];
  if (host === '' || Number(port ?? 0) > 65_535) throw wrongAddress(text);
  const place = { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? defaultPort) };
  return { shown: `${host}:${place.port}`, place, database: Number(database ?? 0), isTls: false, username, password };
}

function fromUrl(text: string, { username, password }: Credentials): RedisAddress {
  if (!URL.canParse(text)) throw wrongAddress(text);
  const url = new URL(text);
  const database = url.pathname.slice(1);
  if (!/^\d*$/.test(database)) throw wrongAddress(text);
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || defaultPort) };
  return {
    shown: `${url.hostname}:${place.port}`,
    place,
    database: Number(database),
    isTls: url.protocol === 'rediss:',
    username: decodeURIComponent(url.username) || username,
    password: decodeURIComponent(url.password) || password,
  };
}

/** A number behind the socket's path is the database, unless there is such a file. */
function socketPath(text: string): Pick<RedisAddress, 'shown' | 'place' | 'database'> {
  const [, path = text, database = '0'] = /^(.+)\/(\d+)$/.exec(text) ?? [];
  const isWhole = statSync(text, { throwIfNoEntry: false }) !== undefined;
  return isWhole ? { shown: text, place: { path: text }, database: 0 } : { shown: path, place: { path }, database: Number(database) };
}

function wrongAddress(text: string): ClientOptionError {
  return new ClientOptionError(
    `invalid address "${maskUserInfo(text)}" of redis; give it as "host:port", "host:port/database" or "redis://host:port"`,
  );
}
