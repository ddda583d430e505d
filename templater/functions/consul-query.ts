/** The little languages inside the arguments of consul-template's functions: `tag.name?query@dc~near|filter`, `path?query@dc`, `?query@dc~near`. */
import { quote } from '../go-template/quote.js';

const datacenter = '(?:@(?<datacenter>[\\w.-]+))?';
const near = '(?:~(?<near>[\\w.-]+))?';
const serviceShape = new RegExp(`^(?:(?<tag>[\\w.:=-]+)\\.)?(?<name>[\\w-]+)${datacenter}${near}(?:\\|(?<filter>[\\w,]+))?$`);
const keyShape = new RegExp(`^/?(?<key>[^@]+)${datacenter}$`);
const prefixShape = new RegExp(`^/?(?<key>[^@]*)${datacenter}$`);
const placeShape = new RegExp(`^${datacenter}${near}$`);
const onlyDatacenterShape = new RegExp(`^${datacenter}$`);
const nodeShape = new RegExp(`^(?<name>[A-Za-z0-9._-]+)${datacenter}$`);

export interface ServiceQuery {
  readonly tag: string;
  readonly name: string;
  readonly datacenter: string;
  readonly near: string;
  /** Health states, sorted as asked; `passing` alone when nothing is said. */
  readonly filters: readonly HealthFilter[];
}

const healthFilters = ['any', 'passing', 'warning', 'critical', 'maintenance'] as const;
export type HealthFilter = (typeof healthFilters)[number];

/** `caller` begins the error text. @throws Error */
export function parseServiceQuery(text: string, caller: string): ServiceQuery {
  const { tag = '', name = '', datacenter = '', near = '', filter } = groups(serviceShape, text, caller);
  return { tag, name, datacenter, near, filters: parseFilters(filter ?? 'passing', text, caller) };
}

function parseFilters(filter: string, text: string, caller: string): readonly HealthFilter[] {
  const words = filter.split(',').map((word) => word.toLowerCase());
  return words.map((word) => {
    const known = healthFilters.find((filter) => filter === word);
    if (!known) throw new Error(`${caller}: invalid filter: ${quote(word)} in ${quote(text)}`);
    return known;
  });
}

export function parseKeyQuery(text: string, caller: string): { key: string; datacenter: string } {
  const { key = '', datacenter = '' } = groups(keyShape, text, caller);
  return { key, datacenter };
}

export function parsePrefixQuery(text: string, caller: string): { prefix: string; datacenter: string } {
  const { key = '', datacenter = '' } = groups(prefixShape, text, caller);
  return { prefix: key, datacenter };
}

export function parsePlaceQuery(text: string, caller: string): { datacenter: string; near: string } {
  const { datacenter = '', near = '' } = groups(placeShape, text, caller);
  return { datacenter, near };
}

export function parseDatacenterQuery(text: string, caller: string): string {
  return groups(onlyDatacenterShape, text, caller).datacenter ?? '';
}

export function parseNodeQuery(text: string, caller: string): { node: string; datacenter: string } {
  if (text === '') return { node: '', datacenter: '' };
  const { name = '', datacenter = '' } = groups(nodeShape, text, caller);
  return { node: name, datacenter };
}

/** Only what newer releases know, so that a "?" may still be part of a key. */
const queryShape = /\?((?:(?:ns|partition|peer|sameness-group)=[^@~|&?]*(?:&|(?=[@~|]|$)))+)(?=[@~|]|$)/;

/** `web?ns=default@dc1` -> `web@dc1`. @throws Error for what is not there: other namespaces and partitions, peers */
function withoutQuery(text: string, caller: string): string {
  const [, query = ''] = queryShape.exec(text) ?? [];
  const other = query.split('&').find((part) => part !== '' && !/^(?:ns|partition)=(?:default)?$/.test(part));
  if (other !== undefined) throw new Error(`${caller}: there are no namespaces, partitions and peers: ${quote(other)} in ${quote(text)}`);
  return query === '' ? text : text.replace(queryShape, '');
}

function groups(shape: RegExp, text: string, caller: string): Readonly<Record<string, string | undefined>> {
  const match = shape.exec(withoutQuery(text, caller));
  if (!match) throw new Error(`${caller}: invalid format: ${quote(text)}`);
  return match.groups ?? {};
}
