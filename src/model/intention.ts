/** Intentions: who may reach whom. They are kept as sources of `service-intentions` entries; this is how the API shows one of them. */
import type { IntentionPermission } from './config-entry/entry.js';
import type { Indexes } from './records.js';

export interface IntentionRecord extends Indexes {
  /** Of intentions that were made one by one, with the three below; '' for those of entries. */
  readonly ID: string;
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly Hash: string;
  readonly Description: string;
  readonly SourceName: string;
  readonly DestinationName: string;
  readonly SourceType: string;
  /** '' when `Permissions` decide. */
  readonly Action: string;
  readonly Permissions: readonly IntentionPermission[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly Precedence: number;
}

/** One of the pair of names that an intention is about. */
export interface IntentionPair {
  readonly source: string;
  readonly destination: string;
}

/** What a client says of an intention. */
export interface IntentionInput {
  readonly SourceName: string;
  readonly DestinationName: string;
  readonly SourceType: string;
  readonly Action: string;
  readonly Description: string;
  readonly Permissions: readonly IntentionPermission[];
  readonly Meta: Readonly<Record<string, string>>;
}

export type IntentionEnd = 'source' | 'destination';

/** Pairs that no intention concerns may talk to each other, as long as there are no ACLs. */
export const connectIntentionDefault = true;

/** "Connect must be enabled …": the text of every endpoint that needs the service mesh while it is off. */
export const connectIsOff = 'Connect must be enabled in order to use this endpoint';

/** "spiffe://…/ns/default/dc/dc1/svc/web" -> "web"; null for what names no service. */
export function sourceOfUri(uri: string): string | null {
  const encoded = /^spiffe:\/\/[^/]+\/ns\/[^/]+\/dc\/[^/]+\/svc\/([^/]+)$/.exec(uri)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null; // a "%" that begins no escape
  }
}
