/** How long questions take to answer: those about names, and those about addresses (PTR), each a series, as in Consul's telemetry. */
import { type Metrics, monotonicMs } from '../lib/metrics.js';
import type { Respond } from './udp-server.js';

/** "arpa" as the last label of a name: its length, its letters, the end of the name. */
const arpa = Buffer.from('\x04arpa\0');
/** RFC 1035 §4.1.1: the question begins behind the header. */
const headerBytes = 12;

export function measuredRespond(respond: Respond, metrics: Metrics, node: string): Respond {
  const series = (name: string, what: string) =>
    metrics.sample({ name, help: `Time to answer questions about ${what}, in milliseconds`, labels: { node } });
  const names = series('dns.domain_query', 'names');
  const addresses = series('dns.ptr_query', 'addresses');
  return async (packet, transport, peer) => {
    const startMs = monotonicMs();
    const reply = await respond(packet, transport, peer);
    (packet.includes(arpa, headerBytes) ? addresses : names).add(monotonicMs() - startMs);
    return reply;
  };
}
