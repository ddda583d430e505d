/** Resource records as values: owner and TTL, and what the type has. Names are text with the last dot. */
import { Type } from './codes.js';

export type RecordData =
  | { readonly kind: 'address'; readonly address: Uint8Array }
  | { readonly kind: 'name'; readonly type: typeof Type.CNAME | typeof Type.NS | typeof Type.PTR; readonly target: string }
  | { readonly kind: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  /** Each at most 255 bytes. */
  | { readonly kind: 'TXT'; readonly strings: readonly Buffer[] }
  | { readonly kind: 'SOA'; readonly nameServer: string; readonly mailbox: string; readonly numbers: SoaNumbers };

export interface SoaNumbers {
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minTtl: number;
}

export interface DnsRecord {
  readonly owner: string;
  readonly ttl: number;
  readonly data: RecordData;
}

export function typeOf(data: RecordData): number {
  switch (data.kind) {
    case 'address':
      return data.address.length === 4 ? Type.A : Type.AAAA;
    case 'name':
      return data.type;
    case 'SRV':
      return Type.SRV;
    case 'TXT':
      return Type.TXT;
    case 'SOA':
      return Type.SOA;
  }
}
