/** Every parameter of the query string, once: what it holds and what it is for. Routes name those they take. */
interface ParameterRow {
  /** A `flag` counts when its name is there, whatever its value. */
  readonly kind: 'flag' | 'text' | 'texts' | 'boolean' | 'integer' | 'duration';
  readonly doc: string;
}

export const parameterTable = {
  acquire: { kind: 'text', doc: 'take the lock with this session' },
  address: { kind: 'text', doc: 'address of a server, IP:port' },
  by: { kind: 'text', doc: 'side of the intention that `name` is on: source or destination' },
  cached: { kind: 'flag', doc: 'answer from memory; X-Cache and Age tell' },
  cas: { kind: 'integer', doc: 'only while the record has this ModifyIndex; 0: only when there is none' },
  'compile-dc': { kind: 'text', doc: 'datacenter the chain is made for' },
  connect: { kind: 'flag', doc: 'instances reached over the mesh' },
  consistent: { kind: 'flag', doc: 'a linearizable answer, as the default is' },
  dc: { kind: 'text', doc: 'another datacenter' },
  destination: { kind: 'text', doc: 'service that is asked' },
  enable: { kind: 'boolean', doc: 'begin or end maintenance' },
  filter: { kind: 'text', doc: 'a condition on the entries of a list' },
  flags: { kind: 'integer', doc: 'an unsigned number of 64 bits kept with the value' },
  format: { kind: 'text', doc: '`text`: the status alone' },
  hash: { kind: 'text', doc: 'wait while the definition has this X-Consul-ContentHash' },
  id: { kind: 'text', doc: 'id of a server' },
  index: { kind: 'integer', doc: 'wait until the index of the answer is above this' },
  keys: { kind: 'flag', doc: 'keys alone' },
  kind: { kind: 'text', doc: 'of the service: ingress-gateway' },
  leader: { kind: 'flag', doc: 'from the leader, whatever discovery_max_stale says' },
  limit: { kind: 'integer', doc: 'at most so many entries' },
  'local-only': { kind: 'boolean', doc: 'this server alone' },
  logjson: { kind: 'flag', doc: 'lines as JSON' },
  loglevel: { kind: 'text', doc: 'lines of this level and above' },
  max_stale: { kind: 'duration', doc: 'stale, unless the answer would be older' },
  name: { kind: 'text', doc: 'of this name only' },
  near: { kind: 'text', doc: 'entries near this node first; `_agent`: the own one' },
  node: { kind: 'text', doc: 'a pattern of node names' },
  'node-meta': { kind: 'texts', doc: '`key:value` that the node must have' },
  note: { kind: 'text', doc: 'output of the check' },
  ns: { kind: 'text', doc: 'namespaces do not exist: anything but nothing is refused' },
  passing: { kind: 'boolean', doc: 'instances with passing checks only' },
  pretty: { kind: 'flag', doc: 'indented JSON' },
  prune: { kind: 'flag', doc: 'forget the member altogether' },
  raw: { kind: 'flag', doc: 'the bytes of the value' },
  reason: { kind: 'text', doc: 'why, for people' },
  recurse: { kind: 'flag', doc: 'all keys that begin so' },
  'relay-factor': { kind: 'integer', doc: 'nodes that pass the answer on, 0 to 5' },
  release: { kind: 'text', doc: 'give back the lock of this session' },
  'replace-existing-checks': { kind: 'boolean', doc: 'checks that are not in the body go' },
  segment: { kind: 'text', doc: 'network segment; there are none but the default' },
  seconds: { kind: 'integer', doc: 'how long to look' },
  separator: { kind: 'text', doc: 'keys up to this only' },
  seperator: { kind: 'text', doc: 'an old spelling of separator' },
  service: { kind: 'text', doc: 'a pattern of service names' },
  source: { kind: 'text', doc: 'service that asks' },
  'source-type': { kind: 'text', doc: 'kind of the source: consul' },
  stale: { kind: 'flag', doc: 'answer from memory at once, also without a leader' },
  tag: { kind: 'texts', doc: 'instances with this tag; for events a pattern' },
  token: { kind: 'text', doc: 'an ACL token; X-Consul-Token and Authorization do too' },
  wait: { kind: 'duration', doc: 'how long to wait at most' },
  wan: { kind: 'text', doc: 'servers of all datacenters' },
} as const satisfies Record<string, ParameterRow>;

export type ParameterName = keyof typeof parameterTable;

/** Understood by every endpoint. */
export const commonParameters = ['token', 'ns', 'pretty'] as const satisfies readonly ParameterName[];
/** Parsed by everything that touches the store; a write has no use for most of them and refuses the same nonsense. */
export const readParameters: readonly ParameterName[] = ['dc', 'index', 'wait', 'stale', 'consistent', 'leader', 'max_stale', 'cached'];
export const listParameters: readonly ParameterName[] = [...readParameters, 'filter', 'near', 'node-meta'];
