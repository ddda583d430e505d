/** A question as the answers see it: its own, or one that is put while following a host name. */
import type { DnsRecord } from './wire/record.js';

export interface Question {
  /** As asked, with the last dot: the owner of the answers. */
  readonly owner: string;
  /** In lower case. */
  readonly labels: readonly string[];
  readonly type: number;
  /** How many host names have been followed to get here. */
  readonly depth: number;
  readonly hasEdns: boolean;
  /** Address of whoever asks. */
  readonly source: string;
}

/** All records that a host name leads to, following aliases; none when it leads nowhere. */
export type Chase = (hostName: string) => Promise<readonly DnsRecord[]>;
