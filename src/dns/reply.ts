/** An answer before it is fitted to its transport and written. */

import type { Context } from './context.js';
import { Rcode } from './wire/codes.js';
import type { DnsRecord } from './wire/record.js';

export interface Reply {
  readonly rcode: Rcode;
  readonly isAuthoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  /** How many addresses there may be (`a_record_limit`); SRV is not concerned. */
  readonly isAddressList: boolean;
  /** May hang on the network that the client is in. */
  readonly isForSubnet: boolean;
}

const plain: Reply = {
  rcode: Rcode.NOERROR,
  isAuthoritative: true,
  answers: [],
  authority: [],
  additional: [],
  isAddressList: false,
  isForSubnet: false,
};

export function replyWith(parts: Partial<Reply>): Reply {
  return { ...plain, ...parts };
}

/** The name does not exist, and how long that may be remembered (RFC 2308). */
export function nameError(context: Context): Reply {
  return replyWith({ rcode: Rcode.NXDOMAIN, authority: [soaRecord(context)] });
}

/** The name exists without a record of this type. */
export function noData(context: Context): Reply {
  return replyWith({ authority: [soaRecord(context)] });
}

export function soaRecord({ settings, now }: Context): DnsRecord {
  const { domain, soa } = settings;
  const numbers = { serial: Math.floor(now() / 1000), ...soa };
  return {
    owner: domain,
    ttl: soa.minTtl,
    data: { kind: 'SOA', nameServer: `ns.${domain}`, mailbox: `hostmaster.${domain}`, numbers },
  };
}
