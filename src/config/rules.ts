/**
 * What settings must obey. The rules run in this order and the first that is broken ends the reading; warnings are collected. Texts and
 * order are Consul's, as recorded.
 */
import { statSync } from 'node:fs';
import { base64Fault } from '../lib/go-base64.js';
import { decodeConfigEntry } from '../model/config-entry/decode.js';
import { validateConfigEntry } from '../model/config-entry/validate.js';
import { metaFault } from '../model/decode/service-definition.js';
import { DecodeError } from '../model/decode.js';
import { MeshError } from '../model/errors.js';
import type { AgentAddresses } from './addresses.js';
import { isAny, isSocketPath } from './addresses.js';
import { type OptionKey, optionKeys, optionRow, type Settings } from './table.js';

export interface RuleContext {
  readonly settings: Settings;
  readonly given: ReadonlySet<OptionKey>;
  readonly devMode: boolean;
  readonly addresses: AgentAddresses;
  /** The name the node will have. */
  readonly nodeName: string;
  readonly recursors: readonly string[];
}

type Rule = (context: RuleContext) => string;

/** What is looked at before addresses are: '' when all is well. */
export function earlyFault(settings: Settings, { devMode }: { readonly devMode: boolean }): string {
  const range = (['proxy', 'sidecar', 'expose'] as const).find(
    (name) => settings[`ports.${name}_min_port`] > settings[`ports.${name}_max_port`],
  );
  if (range) return `${range}_min_port must be less than ${range}_max_port. To disable, set both to zero.`;
  if (settings.segment !== '' || settings.segments.length > 0) return 'Network segments are not supported in this version of Consul';
  const multiplier = settings['performance.raft_multiplier'];
  if (multiplier < 1 || multiplier > 10) return `performance.raft_multiplier cannot be ${multiplier}. Must be between 1 and 10`;
  return bootstrapEntriesFault(settings['config_entries.bootstrap']) || dataDirectoryFault(settings, devMode);
}

function bootstrapEntriesFault(entries: readonly unknown[]): string {
  for (const [i, entry] of entries.entries()) {
    try {
      validateConfigEntry(decodeConfigEntry(entry));
    } catch (error) {
      if (error instanceof DecodeError || error instanceof MeshError) return `config_entries.bootstrap[${i}]: ${error.message}`;
      throw error;
    }
  }
  return '';
}

/** @throws MeshError config-invalid with the first broken rule */
export function checkRules(context: RuleContext): void {
  for (const rule of rules) {
    const fault = rule(context);
    if (fault !== '') throw new MeshError('config-invalid', fault);
  }
}

const rules: readonly Rule[] = [
  ({ settings }) =>
    settings.raft_protocol === 3 ? '' : `raft_protocol version ${settings.raft_protocol} is not supported by this version of Consul`,
  ({ settings }) => basicNameFault('datacenter', settings.datacenter.toLowerCase(), { mayBeEmpty: false }),
  uiFault,
  ({ settings }) => negativeFault('dns_config.udp_answer_limit', settings['dns_config.udp_answer_limit']),
  ({ settings }) => negativeFault('dns_config.a_record_limit', settings['dns_config.a_record_limit']),
  ({ settings }) => basicNameFault('primary_datacenter', settings.primary_datacenter.toLowerCase(), { mayBeEmpty: true }),
  bootstrapFault,
  ({ settings }) =>
    settings.check_output_max_size < 1
      ? 'check_output_max_size must be positive, to discard check output use the discard_check_output flag'
      : '',
  ({ recursors }) => (recursors.some(isAny) ? 'DNS recursor address cannot be 0.0.0.0, :: or [::]' : ''),
  portsFault,
  altDomainFault,
  encryptFault,
  ({ settings }) => {
    const fault = metaFault(settings.node_meta);
    return fault === '' ? '' : `node_meta invalid: ${fault}`;
  },
  ({ settings, given }) =>
    given.has('cache.entry_fetch_rate') && settings['cache.entry_fetch_rate'] <= 0
      ? `cache.entry_fetch_rate must be strictly positive, was: ${settings['cache.entry_fetch_rate']}`
      : '',
  ({ settings }) => (settings.server && settings['auto_encrypt.tls'] ? 'auto_encrypt.tls can only be used on a client.' : ''),
  ({ settings }) => {
    const provider = settings['connect.ca_provider'];
    return ['', 'consul', 'vault', 'aws-pca'].includes(provider) ? '' : `${provider} is not a valid CA provider`;
  },
];

function basicNameFault(key: string, value: string, { mayBeEmpty }: { readonly mayBeEmpty: boolean }): string {
  if (value === '') return mayBeEmpty ? '' : `${key} cannot be empty`;
  return /^[a-z0-9_-]+$/.test(value)
    ? ''
    : `${key} can only contain lowercase alphanumeric, - or _ characters. received: ${JSON.stringify(value)}`;
}

function dataDirectoryFault(settings: Settings, devMode: boolean): string {
  if (devMode) return '';
  if (settings.data_dir === '') return 'data_dir cannot be empty';
  const found = statSync(settings.data_dir, { throwIfNoEntry: false });
  return found && !found.isDirectory() ? `data_dir ${JSON.stringify(settings.data_dir)} is not a directory` : '';
}

function uiFault({ settings, devMode }: RuleContext): string {
  const path = settings['ui_config.content_path'];
  if (!/^[A-Za-z0-9/_-]*$/.test(path))
    return `ui-content-path can only contain alphanumeric, -, _, or /. received: ${JSON.stringify(path)}`;
  const provider = basicNameFault('ui_config.metrics_provider', settings['ui_config.metrics_provider'], { mayBeEmpty: true });
  if (provider !== '') return provider;
  const options = settings['ui_config.metrics_provider_options_json'];
  if (options !== '' && !isJsonObject(options))
    return `ui_config.metrics_provider_options_json must be empty or a string containing a valid JSON object. received: ${JSON.stringify(options)}`;
  const base = settings['ui_config.metrics_proxy.base_url'];
  if (base !== '' && !/^https?:\/\/[^/]+/.test(base))
    return `ui_config.metrics_proxy.base_url must be a valid http or https URL. received: ${JSON.stringify(base)}`;
  // -dev serves the interface by itself; a directory of one's own is no contradiction there.
  if (devMode || !settings['ui_config.enabled'] || settings['ui_config.dir'] === '') return '';
  return [
    'Both the ui_config.enabled and ui_config.dir (or -ui and -ui-dir) were specified, please provide only one.',
    'If trying to use your own web UI resources, use ui_config.dir or the -ui-dir flag.',
    'The web UI is included in the binary so use ui_config.enabled or the -ui flag to enable it',
  ].join('\n');
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function negativeFault(key: string, value: number): string {
  return value < 0 ? `${key} cannot be ${value}. Must be greater than or equal to zero` : '';
}

function bootstrapFault({ settings, devMode }: RuleContext): string {
  const { server, bootstrap_expect: expect } = settings;
  const bootstrap = settings.bootstrap || expect === 1;
  if (expect < 0) return negativeFault('bootstrap_expect', expect);
  if (expect > 1 && devMode) return "'bootstrap_expect > 0' not allowed in dev mode";
  if (expect > 1 && !server) return "'bootstrap_expect > 0' requires 'server = true'";
  if (expect > 1 && bootstrap) return "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive";
  return bootstrap && !server ? "'bootstrap = true' requires 'server = true'" : '';
}

/** No two of our own listeners on one address. */
function portsFault({ settings, addresses }: RuleContext): string {
  const wanted: (readonly [name: string, address: string, port: number])[] = [
    ...addresses.dns.map((address) => ['DNS', address, settings['ports.dns']] as const),
    ...addresses.http.map((address) => ['HTTP', address, settings['ports.http']] as const),
    ...addresses.https.map((address) => ['HTTPS', address, settings['ports.https']] as const),
    ['RPC Advertise', addresses.advertiseLan, settings['ports.server']],
    ['Serf Advertise LAN', addresses.advertiseLan, settings['ports.serf_lan']],
    ['Serf Advertise WAN', addresses.advertiseWan, settings['ports.serf_wan']],
  ];
  const taken = new Map<string, string>();
  for (const [name, address, port] of wanted) {
    if (port <= 0 && !isSocketPath(address)) continue;
    const place = isSocketPath(address)
      ? address.slice('unix://'.length)
      : address.includes(':')
        ? `[${address}]:${port}`
        : `${address}:${port}`;
    const other = taken.get(place);
    if (other !== undefined) return `${name} address ${place} already configured for ${other}`;
    taken.set(place, name);
  }
  return '';
}

/** The second domain must not read like a name inside the first. */
function altDomainFault({ settings }: RuleContext): string {
  const reserved = ['service', 'connect', 'node', 'query', 'addr', settings.datacenter.toLowerCase()];
  const [first] = settings.alt_domain.split('.');
  return settings.alt_domain !== '' && reserved.includes(first ?? '') ? `alt_domain cannot start with {${reserved.join(',')}}` : '';
}

function encryptFault({ settings }: RuleContext): string {
  const fault = base64Fault(settings.encrypt);
  return fault === '' ? '' : `encrypt has invalid key: ${fault}`;
}

/** What is told without stopping anything. */
export function ruleWarnings({ settings, given, nodeName }: RuleContext): string[] {
  return [
    ...oldNameWarnings(given),
    ...editionWarnings(settings, given),
    ...bootstrapWarnings(settings),
    ...otherWarnings(settings, nodeName),
  ];
}

function oldNameWarnings(given: ReadonlySet<OptionKey>): string[] {
  return optionKeys
    .filter((key) => given.has(key) && optionRow(key).warnsOld)
    .map((key) => `The '${key}' field is deprecated. Use the '${optionRow(key).oldNameOf}' field instead.`);
}

function editionWarnings(settings: Settings, given: ReadonlySet<OptionKey>): string[] {
  return optionKeys
    .filter((key) => given.has(key) && optionRow(key).effect === 'other-edition' && settings[key])
    .map((key) => (key === 'read_replica' ? 'read_replica (or the deprecated non_voting_server)' : key))
    .map((name) => `"${name}" is a Consul Enterprise configuration and will have no effect`);
}

function bootstrapWarnings({ server, bootstrap, bootstrap_expect: expect }: Settings): string[] {
  if (!server) return [];
  const table = 'https://www.consul.io/docs/internals/consensus.html#deployment-table';
  const even =
    expect === 2
      ? [`bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance. See ${table}`]
      : expect > 2 && expect % 2 === 0
        ? [
            `bootstrap_expect is even number: A cluster with an even number of servers does not achieve optimum fault tolerance. See ${table}`,
          ]
        : [];
  return [
    ...(expect === 1 ? ['BootstrapExpect is set to 1; this is the same as Bootstrap mode.'] : []),
    ...even,
    ...(expect > 1 ? [`bootstrap_expect > 0: expecting ${expect} servers`] : []),
    ...(bootstrap || expect === 1 ? ['bootstrap = true: do not enable unless necessary'] : []),
  ];
}

function otherWarnings(settings: Settings, nodeName: string): string[] {
  const warnings: string[] = [];
  if (/[^A-Za-z0-9-]/.test(nodeName))
    warnings.push(
      `Node name ${JSON.stringify(nodeName)} will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.`,
    );
  else if (nodeName.length > 63)
    warnings.push(
      `Node name ${JSON.stringify(nodeName)} will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.`,
    );
  if (settings.enable_script_checks && !settings['acl.enabled'] && settings['http_config.allow_write_http_from'].length === 0)
    warnings.push(
      'using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS, use enable-local-script-checks instead, see https://www.hashicorp.com/blog/protecting-consul-from-rce-risk-in-specific-configurations/',
    );
  for (const rule of settings['telemetry.prefix_filter']) {
    if (rule === '') warnings.push('Cannot have empty filter rule in prefix_filter');
    else if (!/^[+-]/.test(rule)) warnings.push(`Filter rule must begin with either '+' or '-': ${JSON.stringify(rule)}`);
  }
  return warnings;
}
