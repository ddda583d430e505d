/** confd.toml: where keys come from, and how confd runs. */
import { configFileKeys } from '../confd/flags.js';
import { sourceKeys } from '../native/keys.js';
import type { Table } from '../native/table-values.js';
import type { ConvertedTable, TomlScalar } from './conversion.js';

export interface ConfdSettings {
  readonly tables: readonly ConvertedTable[];
  readonly lost: readonly string[];
  /** For every resource. */
  readonly prefix: string | undefined;
}

/** How confd runs is for the command line to say. */
const flagsInstead: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  interval: (value) => `"interval": changes are followed; -interval ${value} asks every ${value} seconds instead`,
  watch: () => undefined,
  noop: (value) => (value === true ? '"noop": give the flag -noop' : undefined),
  'sync-only': (value) => (value === true ? '"sync-only": give the flag -sync-only' : undefined),
  confdir: () => undefined,
  prefix: () => undefined,
  'log-level': () => undefined,
  srv_domain: (value) => `"srv_domain": give the flag -srv-domain ${value}, or name the addresses`,
  srv_record: (value) => `"srv_record": give the flag -srv-record ${value}, or name the addresses`,
};

export function confdSettings(settings: Table): ConfdSettings {
  const isAgent = (settings.backend ?? 'consul') === 'consul';
  const logLevel = textOf(settings['log-level']);
  const lost = Object.entries(settings).flatMap(([key, value]) => {
    if (Object.hasOwn(flagsInstead, key)) return flagsInstead[key]?.(value) ?? [];
    return Object.hasOwn(configFileKeys, key) ? [] : [`"${key}", which means nothing here`];
  });
  // With "watch" there was no interval.
  const said = settings.watch === true ? lost.filter((text) => !text.startsWith('"interval"')) : lost;
  return {
    tables: [isAgent ? agentTable(settings) : sourceTable(settings), { header: '[log]', entries: [['level', logLevel]], lost: [] }],
    lost: said,
    prefix: textOf(settings.prefix),
  };
}

function agentTable(settings: Table): ConvertedTable {
  const hasLogin = settings.basic_auth === true;
  return {
    header: '[agent]',
    entries: [
      ['address', addressesOf(settings)],
      ['token', textOf(settings.auth_token)],
      ['username', hasLogin ? textOf(settings.username) : undefined],
      ['password', hasLogin ? textOf(settings.password) : undefined],
      ['ca_file', textOf(settings.client_cakeys)],
      ['cert_file', textOf(settings.client_cert)],
      ['key_file', textOf(settings.client_key)],
      ['verify', settings.client_insecure === true ? false : undefined],
    ],
    lost: [],
  };
}

function addressesOf(settings: Table): TomlScalar | undefined {
  const nodes = listOf(settings.nodes) ?? (settings.scheme === 'https' ? ['127.0.0.1:8500'] : undefined);
  if (settings.scheme !== 'https') return nodes;
  return nodes?.map((node) => (node.includes('://') ? node : `https://${node}`));
}

/** confd's words for what `[source]` says otherwise. */
const respelled: Readonly<Record<string, string>> = {
  backend: 'kind',
  nodes: 'address',
  auth_token: 'token',
  client_cakeys: 'ca_file',
  client_cert: 'cert_file',
  client_key: 'key_file',
  file: 'files',
};

/** Every other source than an agent. */
function sourceTable(settings: Table): ConvertedTable {
  const known = Object.entries(settings).flatMap(([key, value]) => {
    const word = respelled[key] ?? key;
    const scalar = Object.hasOwn(sourceKeys, word) ? scalarOf(value) : undefined;
    return scalar === undefined ? [] : [[word, scalar] as const];
  });
  return { header: '[source]', entries: [...known, ['verify', settings.client_insecure === true ? false : undefined]], lost: [] };
}

function scalarOf(value: unknown): TomlScalar | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : listOf(value);
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function listOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((element) => typeof element === 'string') ? value : undefined;
}
