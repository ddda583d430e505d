/** What the configuration tells the HTTP server. */

import { groupId, userId } from '../lib/accounts.js';
import { MeshError } from '../model/errors.js';
import { type HttpListener, type HttpSettings, httpDefaults, type TlsSettings, type UiSettings } from '../model/http-settings.js';
import { isSocketPath } from './addresses.js';
import { addressRange } from './collected.js';
import { dnsSettings } from './dns-settings.js';
import type { RuntimeConfig } from './runtime-config.js';
import type { Settings } from './table.js';

/** @throws MeshError config-invalid when the owner of a socket is nobody */
export function httpSettings(config: RuntimeConfig, tls: TlsSettings | null): HttpSettings {
  const { settings } = config;
  return {
    ...httpDefaults,
    listeners: httpListeners(config),
    tls,
    datacenter: config.datacenter,
    node: config.nodeName,
    responseHeaders: settings['http_config.response_headers'],
    blockEndpoints: settings['http_config.block_endpoints'],
    allowWriteHttpFrom: settings['http_config.allow_write_http_from'].map(addressRange).filter((range) => range !== null),
    allowedHosts: settings['http_config.allowed_hosts'],
    allowedOrigins: settings['http_config.allowed_origins'],
    domains: clusterDomains(config),
    unprintablePaths: settings.disable_http_unprintable_char_filter,
    connectionsPerClientMax: settings['limits.http_max_conns_per_client'],
    kvValueBytesMax: settings['limits.kv_max_value_size'],
    txnBodyBytesMax: settings['limits.txn_max_req_len'],
    alwaysPretty: config.devMode,
    defaultAclPolicy: 'allow',
    translateWanAddresses: settings.translate_wan_addrs,
    connectEnabled: settings['connect.enabled'],
    coordinatesDisabled: settings.disable_coordinates,
    debugEnabled: settings.enable_debug,
    ui: uiSettings(settings),
    headerBytesMax: settings['http_config.max_header_bytes'],
    useCache: settings['http_config.use_cache'],
    discoveryMaxStaleMs: settings.discovery_max_stale,
  };
}

/** A directory of one's own is reason enough to serve it. */
function uiSettings(settings: Settings): UiSettings | null {
  const directory = settings['ui_config.dir'];
  if (!settings['ui_config.enabled'] && directory === '') return null;
  const path = `/${settings['ui_config.content_path']}/`.replace(/\/+/g, '/');
  return { path, directory };
}

function clusterDomains(config: RuntimeConfig): string[] {
  const { domain, altDomain } = dnsSettings(config);
  return [domain, altDomain].map((name) => name.replace(/\.$/, '')).filter((name) => name !== '');
}

function httpListeners({ settings, addresses }: RuntimeConfig): HttpListener[] {
  const plain = listenersAt(addresses.http, settings, { port: settings['ports.http'], isTls: false });
  const port = settings['ports.https'];
  return port > 0 ? [...plain, ...listenersAt(addresses.https, settings, { port, isTls: true })] : plain;
}

interface Manner {
  readonly port: number;
  readonly isTls: boolean;
}

function listenersAt(addresses: readonly string[], settings: Settings, { port, isTls }: Manner): HttpListener[] {
  return addresses.flatMap((address): HttpListener[] => {
    if (isSocketPath(address)) return [socketListener(address.slice('unix://'.length), settings, isTls)];
    return port > 0 ? [{ kind: 'tcp', isTls, host: address, port }] : [];
  });
}

function socketListener(path: string, settings: Settings, isTls: boolean): HttpListener {
  const mode = settings['unix_sockets.mode'];
  if (mode !== '' && !/^[0-7]{1,4}$/.test(mode))
    throw new MeshError('config-invalid', `unix_sockets.mode: "${mode}" is no octal file mode`);
  return {
    kind: 'unix',
    isTls,
    path,
    mode: mode === '' ? null : Number.parseInt(mode, 8),
    userId: ownerOf('unix_sockets.user', settings, userId),
    groupId: ownerOf('unix_sockets.group', settings, groupId),
  };
}

function ownerOf(
  key: 'unix_sockets.user' | 'unix_sockets.group',
  settings: Settings,
  find: (name: string) => number | undefined,
): number | null {
  const name = settings[key];
  if (name === '') return null;
  const id = /^\d+$/.test(name) ? Number(name) : find(name);
  if (id === undefined) throw new MeshError('config-invalid', `${key}: there is no "${name}"`);
  return id;
}
