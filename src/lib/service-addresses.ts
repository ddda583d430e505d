/** Where the servers of a service are, by its DNS record (SRV, RFC 2782). */
import { resolveSrv } from 'node:dns/promises';

/** "host:port" of each target: the lowest priority first, then the greatest weight. Rejects with the resolver's error. */
export async function serviceAddresses(record: string): Promise<readonly string[]> {
  const found = await resolveSrv(record.replace(/\.$/, ''));
  return found.sort((a, b) => a.priority - b.priority || b.weight - a.weight).map(({ name, port }) => `${name.replace(/\.$/, '')}:${port}`);
}
