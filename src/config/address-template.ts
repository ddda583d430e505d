/**
 * Addresses given by a template over the machine's network interfaces: `{{ GetPrivateIP }}`,
 * `{{ GetAllInterfaces | include "name" "^eth" | include "type" "ipv4" | attr "address" }}`. The language is that of go-sockaddr, as far as
 * configurations use it; text outside the braces stays. The interfaces come in as an argument.
 */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** Loopback. */
  readonly internal: boolean;
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** @throws TemplateError */
export function expandAddressTemplate(text: string, interfaces: readonly InterfaceAddress[]): string {
  if (!text.includes('{{')) return text;
  return text.replace(/\{\{(.*?)\}\}/gs, (_whole, pipeline: string) => shown(runPipeline(pipeline, interfaces)));
}

type Value = string | readonly InterfaceAddress[];

function runPipeline(pipeline: string, interfaces: readonly InterfaceAddress[]): Value {
  let value: Value | null = null;
  for (const stage of splitStages(pipeline)) {
    const [name = '', ...words] = stage;
    if (value === null) value = start(name, words, interfaces);
    else if (typeof value === 'string') throw new TemplateError(`"${name}" needs a list of interfaces`);
    else value = step(name, words, value);
  }
  return value ?? '';
}

/** `a "x|y" | b` -> [["a", "x|y"], ["b"]] */
function splitStages(pipeline: string): string[][] {
  const stages: string[][] = [[]];
  for (const [token] of pipeline.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|\||[^\s|"`]+/g)) {
    if (token === '|') stages.push([]);
    else stages.at(-1)?.push(/^["`]/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token);
  }
  return stages;
}

function start(name: string, [interfaceName = '']: readonly string[], all: readonly InterfaceAddress[]): Value {
  const reachable = all.filter(({ internal, address }) => !internal && !isLinkLocal(address));
  const privates = reachable.filter(isPrivate);
  const publics = reachable.filter((one) => !isPrivate(one) && one.family === 'IPv4');
  const named = reachable.filter((one) => one.name === interfaceName);
  switch (name) {
    case 'GetPrivateIP':
      return privates[0]?.address ?? '';
    case 'GetPrivateIPs':
      return addresses(privates);
    case 'GetPublicIP':
      return publics[0]?.address ?? '';
    case 'GetPublicIPs':
      return addresses(publics);
    case 'GetInterfaceIP':
      return named[0]?.address ?? '';
    case 'GetInterfaceIPs':
      return addresses(named);
    case 'GetAllInterfaces':
      return all;
    case 'GetDefaultInterfaces':
      return reachable.filter((one) => one.name === reachable[0]?.name);
    case 'GetPrivateInterfaces':
      return privates;
    case 'GetPublicInterfaces':
      return publics;
    default:
      throw new TemplateError(`function ${JSON.stringify(name)} not defined`);
  }
}

function step(name: string, words: readonly string[], list: readonly InterfaceAddress[]): Value {
  const [first = '', second = ''] = words;
  switch (name) {
    case 'include':
      return list.filter((one) => matches(one, first, second));
    case 'exclude':
      return list.filter((one) => !matches(one, first, second));
    case 'sort':
      return [...list].sort(comparisonBy(first));
    case 'unique':
      return list.filter((one, position) => list.findIndex((other) => attribute(other, first) === attribute(one, first)) === position);
    case 'limit':
      return list.slice(0, Number(first));
    case 'offset':
      return list.slice(Number(first));
    case 'attr':
      return list[0] === undefined ? '' : attribute(list[0], first);
    case 'join':
      return list.map((one) => attribute(one, first)).join(second);
    default:
      throw new TemplateError(`function ${JSON.stringify(name)} not defined`);
  }
}

function matches(one: InterfaceAddress, selector: string, wanted: string): boolean {
  switch (selector) {
    case 'type':
      return wanted.toLowerCase() === 'ip' || one.family.toLowerCase() === wanted.toLowerCase();
    case 'name':
    case 'address':
      return new RegExp(wanted).test(one[selector]);
    case 'rfc':
      if (wanted !== '1918') throw new TemplateError(`unsupported RFC "${wanted}"`);
      return isPrivate(one);
    case 'flag':
    case 'flags':
      return wanted.split('|').every((flag) => hasFlag(one, flag));
    default:
      throw new TemplateError(`invalid input to selector "${selector}"`);
  }
}

/** Only interfaces that are up are listed at all. */
function hasFlag(one: InterfaceAddress, flag: string): boolean {
  switch (flag) {
    case 'up':
      return true;
    case 'loopback':
      return one.internal;
    case 'forwardable':
      return !one.internal && !isLinkLocal(one.address);
    default:
      throw new TemplateError(`unsupported flag "${flag}"`);
  }
}

function attribute(one: InterfaceAddress, name: string): string {
  if (name === 'name' || name === 'address') return one[name];
  if (name === 'type') return one.family;
  throw new TemplateError(`unsupported attribute "${name}"`);
}

function comparisonBy(order: string): (a: InterfaceAddress, b: InterfaceAddress) => number {
  const [sign, name] = order.startsWith('-') ? [-1, order.slice(1)] : [1, order.replace(/^\+/, '')];
  return (a, b) => sign * attribute(a, name).localeCompare(attribute(b, name), 'en', { numeric: true });
}

/** RFC 1918 */
export function isPrivate({ address, family }: Pick<InterfaceAddress, 'address' | 'family'>): boolean {
  return family === 'IPv4' && /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}

/** RFC 3927, RFC 4291 §2.5.6 */
export function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address);
}

function addresses(list: readonly InterfaceAddress[]): string {
  return list.map(({ address }) => address).join(' ');
}

function shown(value: Value): string {
  return typeof value === 'string' ? value : addresses(value);
}
