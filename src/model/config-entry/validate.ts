/** What an entry may not say, whatever else is stored. Texts equal Consul's where they were recorded. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../errors.js';
import type { ConfigEntryInput, ServiceDefaults, ServiceSplitter, TerminatingGateway } from './entry.js';
import { ingressFault } from './validate-ingress.js';
import { intentionsFault } from './validate-intentions.js';
import { resolverFault } from './validate-resolver.js';
import { routerFault } from './validate-router.js';

const metaPairsMax = 64;
const metaKeyLengthMax = 128;
const metaValueLengthMax = 512;

/** @throws MeshError `refused` */
export function validateConfigEntry(entry: ConfigEntryInput): void {
  const fault = entry.Name === '' ? 'Name is required' : (metaFault(entry.Meta ?? {}) ?? ownFault(entry));
  if (fault !== null) throw new MeshError('refused', fault);
}

function ownFault(entry: ConfigEntryInput): string | null {
  switch (entry.Kind) {
    case 'service-defaults':
      return defaultsFault(entry);
    case 'service-router':
      return routerFault(entry.Routes ?? []);
    case 'service-splitter':
      return splitterFault(entry);
    case 'service-resolver':
      return resolverFault(entry);
    case 'service-intentions':
      return intentionsFault(entry);
    case 'ingress-gateway':
      return ingressFault(entry);
    case 'terminating-gateway':
      return terminatingFault(entry);
    default:
      return null;
  }
}

function metaFault(meta: Readonly<Record<string, string>>): string | null {
  const pairs = Object.entries(meta);
  if (pairs.length > metaPairsMax) return `Meta exceeds maximum element count ${metaPairsMax}`;
  const long = pairs.find(([key, value]) => key.length > metaKeyLengthMax || value.length > metaValueLengthMax);
  if (!long) return null;
  const [key] = long;
  const isKey = key.length > metaKeyLengthMax;
  return `Meta ${isKey ? 'key' : 'value'} ${isKey ? goQuote(key) : `for ${goQuote(key)}`} exceeds maximum length ${isKey ? metaKeyLengthMax : metaValueLengthMax}`;
}

function defaultsFault({ Name, UpstreamConfig }: Pick<ServiceDefaults, 'Name' | 'UpstreamConfig'>): string | null {
  if (Name === '*') return 'name must be the name of a service, and not a wildcard';
  const nameless = UpstreamConfig?.Overrides?.some((upstream) => !upstream.Name);
  if (nameless) return 'error in upstream override for : Name is required';
  return UpstreamConfig?.Defaults?.Name ? 'error in upstream defaults: Name must be empty' : null;
}

function splitterFault({ Splits }: Pick<ServiceSplitter, 'Splits'>): string | null {
  if (Splits.length === 0) return 'no splits configured';
  const seen = new Set<string>();
  let hundredths = 0;
  for (const { Weight, Service = '', ServiceSubset = '' } of Splits) {
    const hundredthsHere = Math.round(Weight * 100);
    if (hundredthsHere < 0 || hundredthsHere > 10_000) return `weights must be between 0 and 100, not ${Weight.toFixed(2)}`;
    const target = `${Service}\0${ServiceSubset}`;
    if (seen.has(target)) return `split destination occurs more than once: service=${goQuote(Service)}, subset=${goQuote(ServiceSubset)}`;
    seen.add(target);
    hundredths += hundredthsHere;
  }
  return hundredths === 10_000 ? null : `the sum of all split weights must be 100, not ${(hundredths / 100).toFixed(6)}`;
}

function terminatingFault({ Services = [] }: Pick<TerminatingGateway, 'Services'>): string | null {
  const seen = new Set<string>();
  for (const { Name = '', CAFile, CertFile, KeyFile } of Services) {
    if (Name === '') return 'Service name cannot be blank.';
    if (seen.has(Name)) return `Service ${goQuote(Name)} was specified more than once within a namespace`;
    seen.add(Name);
    const hasCertificate = Boolean(CertFile) && Boolean(KeyFile) && Boolean(CAFile);
    const asksForPart = Boolean(CertFile) || Boolean(KeyFile);
    if (asksForPart && !hasCertificate)
      return `Service ${goQuote(Name)} must have a CertFile, CAFile, and KeyFile specified for TLS origination`;
  }
  return null;
}
