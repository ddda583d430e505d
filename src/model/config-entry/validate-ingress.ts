/** Listeners of ingress gateways: one per port, each service in it once, each host named by one service. */
import { goQuote } from '../../lib/go-quote.js';
import type { IngressGateway, IngressListener } from './entry.js';

const protocols = ['tcp', 'http', 'http2', 'grpc'];
const hostName = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?(?::\d{1,5})?$/i;

export function ingressFault({ Listeners, TLS }: Pick<IngressGateway, 'Listeners' | 'TLS'>): string | null {
  const ports = new Set<number>();
  for (const listener of Listeners) {
    const { Port, Protocol, Services } = listener;
    if (ports.has(Port)) return `port ${Port} declared on two listeners`;
    ports.add(Port);
    if (!protocols.includes(Protocol))
      return `protocol must be 'tcp', 'http', 'http2', or 'grpc'. '${Protocol}' is an unsupported protocol`;
    if (Services.length === 0) return `No service declared for listener with port ${Port}`;
    if (Protocol === 'tcp' && Services.length > 1)
      return `Multiple services per listener are only supported for L7 protocols, '${Protocol}' listener on port ${Port} has multiple services`;
    const fault = servicesFault(listener, TLS.Enabled);
    if (fault !== null) return fault;
  }
  return null;
}

function servicesFault({ Port, Protocol, Services }: IngressListener, hasTls: boolean): string | null {
  const names = new Set<string>();
  const hosts = new Set<string>();
  for (const { Name, Hosts } of Services) {
    if (Name === '') return `Service name cannot be blank, on listener with port ${Port}`;
    if (names.has(Name)) return `Service ${Name} cannot be added multiple times (listener on port ${Port})`;
    names.add(Name);
    if (Name === '*' && Protocol !== 'http') return `Wildcard service name is only valid for protocol = 'http' (listener on port ${Port})`;
    if (Name === '*' && Hosts.length > 0) return `Associating hosts to a wildcard service is not supported (listener on port ${Port})`;
    if (Protocol === 'tcp' && Hosts.length > 0)
      return `Associating hosts to a service is not supported for the ${Protocol} protocol (listener on port ${Port})`;
    for (const host of Hosts) {
      if (hosts.has(host)) return `Hosts must be unique within a specific listener (listener on port ${Port})`;
      hosts.add(host);
      const fault = hostFault(host, hasTls);
      if (fault !== null) return fault;
    }
  }
  return null;
}

function hostFault(host: string, hasTls: boolean): string | null {
  if (host === '*')
    return hasTls ? "Host '*' is not allowed when TLS is enabled, all hosts must be valid DNS records to add as a DNSSAN" : null;
  return hostName.test(host) ? null : `Host ${goQuote(host)} must be a valid DNS hostname`;
}
