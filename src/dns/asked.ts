/**
 * What a name asks for. Counted from the domain leftwards, the first label that names a kind decides; what is left of it is the thing asked
 * for, what is right of it the datacenter. Names: docs/dns.md.
 */
import { Type } from './wire/codes.js';

export type Asked =
  | { readonly kind: 'service'; readonly service: string; readonly tag: string; readonly connect: boolean; readonly datacenter: string }
  | { readonly kind: 'query'; readonly query: string; readonly datacenter: string }
  /** The ingress gateways that serve a service. */
  | { readonly kind: 'ingress'; readonly service: string; readonly datacenter: string }
  | { readonly kind: 'node'; readonly node: string; readonly datacenter: string }
  /** `digits` as in the name; `owner` is the name below the domain, "7f000001.addr.dc1". */
  | { readonly kind: 'address'; readonly digits: string; readonly owner: string }
  /** Nothing that could exist. */
  | { readonly kind: 'nothing' };

export type Zone =
  /** `labels` are those left of the domain, in lower case. */
  | { readonly kind: 'domain'; readonly labels: readonly string[] }
  | { readonly kind: 'reverse'; readonly labels: readonly string[] }
  | { readonly kind: 'outside' };

const nothing: Asked = { kind: 'nothing' };
const kinds = new Set(['service', 'connect', 'ingress', 'node', 'query', 'addr']);

/** @param labels in lower case; the longest of `domains` that fits is taken, so that one may lie within the other */
export function zoneOf(labels: readonly string[], domains: readonly (readonly string[])[]): Zone {
  const fitting = domains.filter((domain) => domain.length > 0 && endsWith(labels, domain)).sort((a, b) => b.length - a.length);
  const [domain] = fitting;
  if (domain) return { kind: 'domain', labels: labels.slice(0, labels.length - domain.length) };
  if (labels.at(-1) === 'arpa') return { kind: 'reverse', labels };
  return { kind: 'outside' };
}

/** "consul." -> ["consul"] */
export function domainLabels(domain: string): string[] {
  return domain.split('.').filter((label) => label !== '');
}

/** @param labels left of the domain, in lower case */
export function asked(labels: readonly string[], type: number): Asked {
  for (let position = labels.length - 1; position >= 0; position--) {
    const label = labels[position] ?? '';
    if (kinds.has(label)) return ofKind(label, labels.slice(0, position), labels.slice(position + 1));
    // RFC 2782 without the word: _web._tcp.consul asks as _web._tcp.service.consul does.
    if (type === Type.SRV && label.startsWith('_')) return ofKind('service', labels.slice(0, position + 1), labels.slice(position + 1));
  }
  return nothing;
}

function ofKind(kind: string, left: readonly string[], right: readonly string[]): Asked {
  const [digits] = left;
  if (kind === 'addr') {
    return digits !== undefined && left.length === 1 ? { kind: 'address', digits, owner: [digits, 'addr', ...right].join('.') } : nothing;
  }
  const [datacenter = ''] = right;
  const last = left.at(-1);
  if (right.length > 1 || last === undefined) return nothing;
  if (kind === 'node') return { kind: 'node', node: left.join('.'), datacenter };
  if (kind === 'query') return { kind: 'query', query: left.join('.'), datacenter };
  if (kind === 'service') return { kind: 'service', ...serviceAndTag(left, last), connect: false, datacenter };
  if (kind === 'connect') return { kind: 'service', service: last, tag: '', connect: true, datacenter };
  if (kind === 'ingress') return { kind: 'ingress', service: last, datacenter };
  return nothing;
}

/** "_web._tcp" is web without a tag, "_web._v1" and "v1.web" are web with the tag v1. */
function serviceAndTag(left: readonly string[], last: string): { readonly service: string; readonly tag: string } {
  const [first = ''] = left;
  if (left.length === 2 && first.startsWith('_') && last.startsWith('_')) {
    return { service: first.slice(1), tag: last === '_tcp' ? '' : last.slice(1) };
  }
  return { service: last, tag: left.slice(0, -1).join('.') };
}

function endsWith(labels: readonly string[], end: readonly string[]): boolean {
  const start = labels.length - end.length;
  return start >= 0 && end.every((label, i) => labels[start + i] === label);
}
