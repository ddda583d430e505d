/** Resolvers: subsets by name, where a service is found instead, and how its load is spread. */
import { parseDuration } from '../../lib/duration.js';
import { goQuote } from '../../lib/go-quote.js';
import type { HashPolicy, LoadBalancer, ServiceResolver } from './entry.js';

type Resolver = Omit<ServiceResolver, 'CreateIndex' | 'ModifyIndex'>;

const subsetName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const policies = ['random', 'round_robin', 'least_request', 'ring_hash', 'maglev'];
const hashFields = ['header', 'cookie', 'query_parameter'];

export function resolverFault(resolver: Resolver): string | null {
  const { Subsets = {}, DefaultSubset = '', ConnectTimeout = '' } = resolver;
  const badName = Object.keys(Subsets).find((name) => !subsetName.test(name));
  if (badName === '') return 'Subset defined with empty name';
  if (badName !== undefined)
    return `Subset ${goQuote(badName)} is invalid: must be 63 characters or fewer, begin or end with lower case alphanumeric characters, and contain lower case alphanumeric characters or '-' in between`;
  if (DefaultSubset !== '' && !Object.hasOwn(Subsets, DefaultSubset))
    return `DefaultSubset ${goQuote(DefaultSubset)} is not a valid subset`;
  if (ConnectTimeout !== '' && parseDuration(ConnectTimeout) < 0) return `Bad ConnectTimeout '${ConnectTimeout}', must be >= 0`;
  return redirectFault(resolver) ?? failoverFault(resolver) ?? balancerFault(resolver.LoadBalancer);
}

function redirectFault({ Name, Redirect, Failover = {} }: Resolver): string | null {
  if (!Redirect) return null;
  if (Object.keys(Failover).length > 0) return 'Redirect and Failover cannot both be set';
  const { Service = '', ServiceSubset = '', Namespace = '', Datacenter = '' } = Redirect;
  if (Service === '' && ServiceSubset === '' && Namespace === '' && Datacenter === '') return 'Redirect is empty';
  if (Service === '' && ServiceSubset !== '') return 'Redirect.ServiceSubset defined without Redirect.Service';
  if (Service === '' && Namespace !== '') return 'Redirect.Namespace defined without Redirect.Service';
  return Service === Name && ServiceSubset === '' && Datacenter === '' ? 'Redirect.Service leads back to the service itself' : null;
}

function failoverFault({ Name, Subsets = {}, Failover = {} }: Resolver): string | null {
  for (const [subset, { Service = '', ServiceSubset = '', Namespace = '', Datacenters = [] }] of Object.entries(Failover)) {
    const at = `Bad Failover[${goQuote(subset)}]`;
    if (subset !== '*' && !Object.hasOwn(Subsets, subset)) return `${at}: not a valid subset`;
    if (Service === '' && ServiceSubset === '' && Namespace === '' && Datacenters.length === 0)
      return `${at}: one of Service, ServiceSubset, Namespace, or Datacenters is required`;
    const isOwn = Service === '' || Service === Name;
    if (ServiceSubset !== '' && isOwn && !Object.hasOwn(Subsets, ServiceSubset))
      return `${at}.ServiceSubset ${goQuote(ServiceSubset)} is not a valid subset of ${goQuote(Service === '' ? Name : Service)}`;
    if (Datacenters.some((datacenter) => datacenter === '')) return `${at}.Datacenters: found empty datacenter`;
  }
  return null;
}

function balancerFault(balancer: LoadBalancer | undefined): string | null {
  if (!balancer) return null;
  const { Policy = '', RingHashConfig, LeastRequestConfig, HashPolicies = [] } = balancer;
  if (Policy !== '' && !policies.includes(Policy)) return `Bad LoadBalancer policy: ${goQuote(Policy)} is not supported`;
  const bad = (reason: string) => `Bad LoadBalancer configuration: ${reason}`;
  if (RingHashConfig && Policy !== 'ring_hash')
    return bad(`RingHashConfig specified for incompatible load balancing policy ${goQuote(Policy)}`);
  if (LeastRequestConfig && Policy !== 'least_request')
    return bad(`LeastRequestConfig specified for incompatible load balancing policy ${goQuote(Policy)}`);
  if (HashPolicies.length > 0 && Policy !== 'ring_hash' && Policy !== 'maglev')
    return bad(`HashPolicies specified for non-hash-based Policy: ${goQuote(Policy)}`);
  for (const [i, policy] of HashPolicies.entries()) {
    const fault = hashFault(policy);
    if (fault !== null) return `Bad LoadBalancer HashPolicy[${i}]: ${fault}`;
  }
  return null;
}

function hashFault({ Field = '', FieldValue = '', SourceIP = false, CookieConfig }: HashPolicy): string | null {
  if (Field !== '' && !hashFields.includes(Field)) return `${goQuote(Field)} is not a supported field`;
  if (SourceIP && (Field !== '' || FieldValue !== '')) return 'a hash policy of SourceIP has no Field and no FieldValue';
  if (Field !== '' && FieldValue === '') return `Field ${goQuote(Field)} was specified without a FieldValue`;
  if (Field === '' && FieldValue !== '') return 'FieldValue requires a Field to apply to';
  if (CookieConfig && Field !== 'cookie') return `CookieConfig provided for ${goQuote(Field)}`;
  return CookieConfig?.Session && CookieConfig.TTL ? 'a session cookie cannot have a TTL' : null;
}
