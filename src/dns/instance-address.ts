/**
 * Which address of an instance or a node is answered: tagged addresses by the family asked for, the address of the service before that of its
 * node, and the WAN ones for things of another datacenter.
 */
import type { ServiceInstance } from '../model/catalog-answers.js';
import type { NodeRecord } from '../model/records.js';
import { Type } from './wire/codes.js';

export interface Reachable {
  /** An IP address or a host name. */
  readonly address: string;
  readonly port: number;
  /** Whether it is the node's own address, so that the node's name leads to it. */
  readonly isNodeAddress: boolean;
}

export interface AddressRules {
  /** The question's; A and AAAA take the tagged address of their family, all others either. */
  readonly type: number;
  /** `translate_wan_addrs` is set and the thing is of another datacenter. */
  readonly useWan: boolean;
}

export function nodeAddress(node: NodeRecord, rules: AddressRules): string {
  const tagged = node.TaggedAddresses ?? {};
  for (const tag of tags(rules)) if (tagged[tag]) return tagged[tag];
  return node.Address;
}

/** @param askedName the name of the question; an instance whose address is that very name is reached by its node */
export function instanceAddress({ Node, Service }: ServiceInstance, rules: AddressRules, askedName: string): Reachable {
  const tagged = Service.TaggedAddresses ?? {};
  const port = rules.useWan && tagged.wan?.Port ? tagged.wan.Port : Service.Port;
  const own =
    tags(rules)
      .map((tag) => tagged[tag]?.Address)
      .find((address) => address) ?? Service.Address;
  if (own !== '' && own !== askedName) return { address: own, port, isNodeAddress: false };
  const address = nodeAddress(Node, rules);
  return { address, port, isNodeAddress: address === Node.Address };
}

function tags({ type, useWan }: AddressRules): readonly string[] {
  const area = useWan ? 'wan' : 'lan';
  const families = type === Type.A ? [`${area}_ipv4`] : type === Type.AAAA ? [`${area}_ipv6`] : [`${area}_ipv6`, `${area}_ipv4`];
  return useWan ? [...families, 'wan'] : families;
}
