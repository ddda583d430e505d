/** Which names may stand in `Host` where browsers of the same machine can reach the API: see admission.ts. */
import { isIP } from 'node:net';

const verdictsMax = 256;

/** Verdicts are kept: most clients say the same each time. */
export class Hosts {
  private readonly known = new Map<string, boolean>();
  private readonly names: ReadonlySet<string>;
  private readonly domains: readonly string[];

  constructor({ node, allowedHosts, domains }: { node: string; allowedHosts: readonly string[]; domains: readonly string[] }) {
    this.names = new Set(['localhost', '', node, ...allowedHosts].map(plainName));
    this.domains = domains.map((domain) => `.${domain}`);
  }

  isOurs(host: string | undefined): boolean {
    if (host === undefined) return true; // HTTP/1.0, which no browser speaks
    const known = this.known.get(host);
    if (known !== undefined) return known;
    const name = plainName(host.replace(/:\d*$/, ''));
    const verdict = isAddress(name) || this.names.has(name) || this.domains.some((domain) => name.endsWith(domain));
    if (this.known.size >= verdictsMax) this.known.clear();
    this.known.set(host, verdict);
    return verdict;
  }
}

function isAddress(name: string): boolean {
  return isIP(name) !== 0 || (/^\[.*\]$/.test(name) && isIP(name.slice(1, -1)) === 6);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
