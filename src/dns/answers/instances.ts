/**
 * The instances of a service as records to choose from. Host names are kept apart: they have to be followed, and an address question gets one of
 * them only when no instance has an address of the right family.
 */
import { addressBytes } from '../../lib/ip-address.js';
import type { HealthEntry } from '../../model/catalog-answers.js';
import type { DnsSettings } from '../../model/dns-settings.js';
import { type AddressRules, instanceAddress } from '../instance-address.js';
import { metaRecords } from '../node-meta.js';
import { Type } from '../wire/codes.js';
import type { DnsRecord } from '../wire/record.js';

const uint16Max = 0xffff;

/** A record for the answer section, and those that ride along in additional: the target's addresses first. */
export interface Choice {
  readonly answer: DnsRecord;
  readonly extras: readonly DnsRecord[];
}

export interface HostChoice extends Choice {
  readonly hostName: string;
}

export interface Choices {
  readonly plain: readonly Choice[];
  readonly hosts: readonly HostChoice[];
}

export interface Choosing {
  readonly settings: DnsSettings;
  readonly rules: AddressRules;
  /** Of the answers, with the last dot. */
  readonly owner: string;
  readonly ttl: number;
  /** Of the instances, as named in answers. */
  readonly datacenter: string;
}

export function healthyOf(entries: readonly HealthEntry[]): readonly HealthEntry[] {
  return entries.filter(({ Checks }) => Checks.every((check) => check.Status !== 'critical'));
}

/** @param entries healthy ones */
export function choicesOf(entries: readonly HealthEntry[], choosing: Choosing): Choices {
  const plain = new Map<string, Choice>();
  const hosts = new Map<string, HostChoice>();
  const isSrv = choosing.rules.type === Type.SRV;
  for (const entry of entries) {
    const reachable = instanceAddress(entry, choosing.rules, choosing.owner.slice(0, -1));
    const { address, port } = reachable;
    const bytes = addressBytes(address);
    const key = isSrv ? `${entry.Node.Node}\0${address}\0${port}` : address;
    if (isSrv) {
      // Nobody checks ports on their way into the catalog; one bad instance must not take the others along.
      if (!isUint16(port)) continue;
      const target = bytes ? targetOf(entry, bytes, reachable.isNodeAddress, choosing) : fullName(address);
      const choice = srvChoice(entry, { port, target, address: bytes }, choosing);
      if (bytes) plain.set(key, choice);
      else hosts.set(key, { ...choice, hostName: address });
    } else if (bytes) {
      if (fits(bytes, choosing.rules.type)) plain.set(key, { answer: addressRecord(choosing.owner, choosing.ttl, bytes), extras: [] });
    } else if (address !== '') {
      const answer = {
        owner: choosing.owner,
        ttl: choosing.ttl,
        data: { kind: 'name', type: Type.CNAME, target: fullName(address) },
      } as const;
      hosts.set(key, { answer, extras: [], hostName: address });
    }
  }
  return { plain: [...plain.values()], hosts: [...hosts.values()] };
}

/** A, AAAA, ANY and TXT questions get addresses; others none. */
export function fits(address: Uint8Array, type: number): boolean {
  if (type === Type.A) return address.length === 4;
  if (type === Type.AAAA) return address.length === 16;
  return type === Type.ANY || type === Type.TXT;
}

export function addressRecord(owner: string, ttl: number, address: Uint8Array): DnsRecord {
  return { owner, ttl, data: { kind: 'address', address } };
}

/** "db.example.org" and "db.example.org." are the same host name. */
export function fullName(hostName: string): string {
  return hostName.endsWith('.') ? hostName : `${hostName}.`;
}

export function nodeName(node: string, datacenter: string, { domain }: DnsSettings): string {
  return `${node}.node.${datacenter}.${domain}`;
}

function targetOf(entry: HealthEntry, address: Uint8Array, isNodeAddress: boolean, { settings, datacenter }: Choosing): string {
  if (isNodeAddress) return nodeName(entry.Node.Node, datacenter, settings);
  return `${Buffer.from(address).toString('hex')}.addr.${datacenter}.${settings.domain}`;
}

function srvChoice(
  entry: HealthEntry,
  { port, target, address }: { readonly port: number; readonly target: string; readonly address: Uint8Array | null },
  { owner, ttl, settings, datacenter }: Choosing,
): Choice {
  const data = { kind: 'SRV', priority: 1, weight: weightOf(entry), port, target } as const;
  const addresses = address ? [addressRecord(target, ttl, address)] : [];
  const meta = settings.additionalNodeMetaTxt ? metaRecords(entry.Node, nodeName(entry.Node.Node, datacenter, settings), ttl) : [];
  return { answer: { owner, ttl, data }, extras: [...addresses, ...meta] };
}

/** By the worst of the checks of the instance and of its node. */
function weightOf({ Service, Checks }: HealthEntry): number {
  const { Passing, Warning } = Service.Weights;
  const weight = Checks.some((check) => check.Status === 'warning') ? Warning : Passing;
  return Math.min(Math.max(weight, 0), uint16Max);
}

function isUint16(number: number): boolean {
  return number >= 0 && number <= uint16Max;
}
