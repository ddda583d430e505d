/** Where the agent listens and what it tells others: the address options, templates expanded, with everything that depends on them. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { MeshError } from '../model/errors.js';
import { expandAddressTemplate, type InterfaceAddress, isLinkLocal, isPrivate, TemplateError } from './address-template.js';
import type { Settings } from './table.js';

export interface AgentAddresses {
  readonly bind: string;
  readonly advertiseLan: string;
  readonly advertiseWan: string;
  readonly serfLan: string;
  readonly serfWan: string;
  readonly client: readonly string[];
  /** IP addresses, and `unix://` paths for HTTP. */
  readonly http: readonly string[];
  readonly dns: readonly string[];
  readonly https: readonly string[];
  readonly grpc: readonly string[];
  /** As the catalog shows them for this node. */
  readonly tagged: Readonly<Record<string, string>>;
}

export interface AddressContext {
  readonly settings: Settings;
  readonly interfaces: readonly InterfaceAddress[];
  /** Mistakes that are told together, at the end. */
  readonly mistakes: string[];
}

/**
 * `fault` says why no address to tell others could be found on this machine ('' when one was): told after what is wrong with the
 * configuration itself.
 * @throws MeshError config-invalid for what stops the reading at once
 */
export function resolveAddresses(context: AddressContext): { readonly addresses: AgentAddresses; readonly fault: string } {
  const { settings } = context;
  const bind = single(context, 'bind_addr', settings.bind_addr);
  if (bind === '') throw invalid('bind_addr cannot be empty');
  const client = several(context, 'client_addr', settings.client_addr);
  const forService = (key: 'addresses.dns' | 'addresses.http' | 'addresses.https' | 'addresses.grpc') =>
    settings[key] === '' ? client : several(context, key, settings[key]);
  const dns = forService('addresses.dns');
  if (dns.some(isSocketPath)) throw invalid('DNS address cannot be a unix socket');
  const { address: advertiseLan, fault } = advertised(context, bind);
  const advertiseWan =
    optional(context, 'advertise_addr_wan') ||
    optional(context, 'advertise_addr_wan_ipv4') ||
    optional(context, 'advertise_addr_wan_ipv6') ||
    advertiseLan;
  if (isAny(advertiseLan)) throw invalid('Advertise address cannot be 0.0.0.0, :: or [::]');
  if (isAny(advertiseWan)) throw invalid('Advertise WAN address cannot be 0.0.0.0, :: or [::]');
  const addresses = {
    bind,
    advertiseLan,
    advertiseWan,
    serfLan: optional(context, 'serf_lan') || bind,
    serfWan: optional(context, 'serf_wan') || bind,
    client,
    http: forService('addresses.http'),
    dns,
    https: forService('addresses.https'),
    grpc: forService('addresses.grpc'),
    tagged: taggedAddresses(context, { lan: advertiseLan, wan: advertiseWan }),
  };
  return { addresses, fault };
}

/** "unix:///run/mesh.sock" */
export function isSocketPath(address: string): boolean {
  return address.startsWith('unix://');
}

export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '[::]';
}

/** Values of options that take a template and otherwise anything. */
export function expandAll(context: AddressContext, key: 'retry_join' | 'start_join' | 'primary_gateways' | 'recursors'): string[] {
  return context.settings[key].flatMap((value) => expanded(context, key, value).split(' ').filter(Boolean));
}

type SingleKey =
  | 'bind_addr'
  | 'advertise_addr'
  | 'advertise_addr_ipv4'
  | 'advertise_addr_ipv6'
  | 'advertise_addr_wan'
  | 'advertise_addr_wan_ipv4'
  | 'advertise_addr_wan_ipv6'
  | 'serf_lan'
  | 'serf_wan';

function optional(context: AddressContext, key: SingleKey): string {
  return context.settings[key] === '' ? '' : single(context, key, context.settings[key]);
}

/** An address that cannot be read counts as empty. */
function single(context: AddressContext, key: SingleKey, text: string): string {
  const words = expanded(context, key, text).split(/\s+/).filter(Boolean);
  if (words.length > 1)
    throw invalid(
      key === 'bind_addr'
        ? "bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead."
        : `${key} cannot contain multiple addresses`,
    );
  const address = withoutBrackets(words[0] ?? '');
  return isIP(address) === 0 ? '' : address;
}

function several(context: AddressContext, key: string, text: string): string[] {
  const found: string[] = [];
  for (const word of expanded(context, key, text).split(/\s+/).filter(Boolean)) {
    const address = withoutBrackets(word);
    if (isSocketPath(address) && key === 'client_addr') context.mistakes.push('client_addr cannot be a unix socket');
    else if (isSocketPath(address) || isIP(address) !== 0) found.push(address);
    else context.mistakes.push(`${key}: invalid ip address: ${word}`);
  }
  return found;
}

function expanded({ interfaces, mistakes }: AddressContext, key: string, text: string): string {
  try {
    return expandAddressTemplate(text, interfaces);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    mistakes.push(`${key}: error parsing ${JSON.stringify(text)}: unable to parse template ${JSON.stringify(text)}: ${error.message}`);
    return '';
  }
}

/** Listening everywhere, the one private address of the machine is told to others. */
function advertised(context: AddressContext, bind: string): { readonly address: string; readonly fault: string } {
  const found = (address: string) => ({ address, fault: '' });
  const given = optional(context, 'advertise_addr') || optional(context, 'advertise_addr_ipv4') || optional(context, 'advertise_addr_ipv6');
  if (given !== '') return found(given);
  if (context.settings.advertise_addr !== '') throw invalid(`advertise_addr: invalid ip address: ${context.settings.advertise_addr}`);
  if (!isAny(bind)) return found(bind);
  const [kind, candidates] =
    bind === '0.0.0.0'
      ? ['private IPv4', context.interfaces.filter((one) => !one.internal && isPrivate(one))]
      : ['public IPv6', context.interfaces.filter((one) => !one.internal && one.family === 'IPv6' && !isLinkLocal(one.address))];
  const [first] = candidates;
  if (!first) return { address: '', fault: `No ${kind} address found; give "-bind" or "-advertise"` };
  if (candidates.length === 1) return found(first.address);
  return { address: '', fault: `Multiple ${kind} addresses found. Please configure one with 'bind' and/or 'advertise'.` };
}

function taggedAddresses(context: AddressContext, { lan, wan }: { lan: string; wan: string }): Readonly<Record<string, string>> {
  const pick = (test: (address: string) => boolean, ...candidates: string[]) => candidates.find((candidate) => test(candidate));
  const byFamily = {
    lan_ipv4: pick(isIPv4, lan, optional(context, 'advertise_addr_ipv4')),
    lan_ipv6: pick(isIPv6, lan, optional(context, 'advertise_addr_ipv6')),
    wan_ipv4: pick(isIPv4, wan, optional(context, 'advertise_addr_wan_ipv4')),
    wan_ipv6: pick(isIPv6, wan, optional(context, 'advertise_addr_wan_ipv6')),
  };
  const known = Object.entries(byFamily).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...context.settings.tagged_addresses, lan, wan, ...Object.fromEntries(known) };
}

function withoutBrackets(word: string): string {
  return word === '[::]' ? '::' : word;
}

function invalid(text: string): MeshError {
  return new MeshError('config-invalid', text);
}
