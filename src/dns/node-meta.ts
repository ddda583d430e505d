/** The metadata of a node as TXT records: "key=value" as RFC 1464 writes it. A key that begins with "rfc1035-" gives its bare value. */
import type { NodeRecord } from '../model/records.js';
import type { DnsRecord } from './wire/record.js';

const bytesMax = 255;

export function metaRecords(node: NodeRecord, owner: string, ttl: number): DnsRecord[] {
  return Object.entries(node.Meta ?? {}).map(([key, value]) => ({
    owner,
    ttl,
    data: { kind: 'TXT', strings: strings(metaText(key, value)) },
  }));
}

function metaText(key: string, value: string): string {
  if (key.toLowerCase().startsWith('rfc1035-')) return value;
  return `${escapeKey(key)}=${value.replaceAll('`', '``')}`;
}

/** RFC 1464 §2: a back-quote before back-quotes, "=" and blanks at either end. */
function escapeKey(key: string): string {
  const quoted = key.replaceAll('`', '``').replaceAll('=', '`=');
  return quoted.replace(/^[ \t]+|[ \t]+$/g, (blanks) => [...blanks].map((blank) => `\`${blank}`).join(''));
}

/** RFC 1035 §3.3.14: a string has at most 255 bytes; longer texts become several. */
function strings(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += bytesMax) parts.push(bytes.subarray(at, at + bytesMax));
  return parts;
}
