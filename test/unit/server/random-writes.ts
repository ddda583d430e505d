/** Random writes of every kind, decided and applied as the server does it, and reads to hold them against. */
import fc from 'fast-check';
import { decodeConfigEntry } from '../../../src/model/config-entry/decode.js';
import { originCoordinate } from '../../../src/model/coordinate.js';
import { noOverrides } from '../../../src/model/discovery-chain/chain.js';
import type { PreparedQueryInput } from '../../../src/model/prepared-query.js';
import type { Query, QueryKind } from '../../../src/model/query.js';
import type { Write } from '../../../src/model/write.js';
import type { Read } from '../../../src/server/reads/read.js';
import { readOf } from '../../../src/server/reads/reads.js';
import { decide } from '../../../src/server/writes/decide.js';
import { Draft } from '../../../src/server/writes/draft.js';
import { State } from '../../../src/state/state.js';
import { Rows } from './full-scan.js';
import { aCheck, aNode, aServer, aService, key, listArguments, ofService } from './harness.js';

export const names = {
  nodes: ['n1', 'N1', 'n2', 'n3'],
  services: ['web', 'Web', 'db', 'api'],
  keys: ['a', 'a/b', 'a/c', 'ab', 'b/', 'b/é', 'c'],
};
const ids = ['0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0001', '0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0002', ''];
export const sessionIds = Array.from({ length: 4 }, (_, i) => `1111111${i}-2222-3333-4444-555555555555`);
export const surroundings = {
  datacenter: 'dc1',
  self: aServer,
  random: () => 0,
  leaderAddress: () => '',
  peerAddresses: () => [],
  connectEnabled: true,
};

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items);
const aKey = pick(...names.keys).map(key);
const node = fc.record({
  ID: pick(...ids, '', ''),
  Node: pick(...names.nodes),
  Address: pick('10.0.0.1', '10.0.0.2'),
  Meta: pick(null, { az: 'a' }),
});
const service = fc.record({
  ID: pick('', 'one', 'ONE', 'two'),
  Service: pick(...names.services),
  Tags: pick<readonly string[]>([], ['a'], ['a', 'b']),
  Port: pick(80, 81),
  Address: pick('', '10.0.0.1', '10.0.0.3'),
  Kind: pick('' as const, '' as const, 'connect-proxy' as const),
  Proxy: fc.record({ DestinationServiceName: pick('web', 'db') }),
  Connect: pick({}, { Native: true }),
});
const check = fc.record({
  CheckID: pick('c1', 'C1', 'c2', 'serfHealth'),
  Status: pick('passing', 'critical', 'warning'),
  ServiceID: pick('', '', 'one', 'two', 'web'),
  Output: pick('', 'x'),
});
/** Of keys, the catalog and sessions. */
export const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ key: aKey, value: pick('', 'MQ==', 'Mg=='), flags: pick('0', '7') }).map((put) => ({ kind: 'kv.put' as const, ...put })),
  fc
    .record({ key: aKey, session: pick(...sessionIds), mode: pick('acquire', 'release') })
    .map(({ key, session, mode }) => ({ kind: 'kv.put' as const, key, value: 'TA==', flags: '0', [mode]: session })),
  aKey.map((key) => ({ kind: 'kv.delete' as const, key })),
  aKey.map((prefix) => ({ kind: 'kv.delete-tree' as const, prefix })),
  fc.record({ node, service: fc.option(service), checks: fc.array(check, { maxLength: 2 }), skipNodeUpdate: fc.boolean() }).map((all) => ({
    kind: 'catalog.register' as const,
    node: aNode(all.node),
    skipNodeUpdate: all.skipNodeUpdate,
    service: all.service && aService(all.service),
    checks: all.checks.map(aCheck),
  })),
  fc
    .record({ node: pick(...names.nodes), serviceId: pick('', '', 'one', 'two', 'web'), checkId: pick('', 'c1', 'c2') })
    .map((gone) => ({ kind: 'catalog.deregister' as const, ...gone })),
  fc
    .record({ Node: pick(...names.nodes), Behavior: pick('release' as const, 'delete' as const), NodeChecks: pick([], ['c1']) })
    .map((made) => ({ kind: 'session.create' as const, session: { Name: '', LockDelay: 0, TTL: '', ServiceChecks: null, ...made } })),
  pick(...sessionIds).map((id) => ({ kind: 'session.destroy' as const, id })),
);

const meta = { ...listArguments, nodeMeta: { az: 'a' } };
/** Of the same. */
export const queries: readonly Query[] = [
  ...names.keys.flatMap((name): Query[] => [
    { kind: 'kv.get', key: key(name) },
    { kind: 'kv.list', prefix: key(name) },
    { kind: 'kv.keys', prefix: key(name), separator: key('/') },
  ]),
  { kind: 'kv.list', prefix: key('') },
  { kind: 'catalog.nodes', ...listArguments },
  { kind: 'catalog.nodes', ...meta },
  ...['n1', 'n3', ids[0] ?? '', '0c6b'].map((wanted): Query => ({ kind: 'catalog.node', node: wanted, filter: '' })),
  { kind: 'catalog.services', filter: '', nodeMeta: {} },
  { kind: 'catalog.services', filter: '', nodeMeta: meta.nodeMeta },
  ...['web', 'db', 'api'].flatMap((wanted): Query[] => [
    { kind: 'catalog.service', ...ofService(wanted) },
    { kind: 'catalog.service', ...ofService(wanted, { connect: true }) },
    { kind: 'health.service', passing: false, ...ofService(wanted, { tags: ['A'] }) },
    { kind: 'health.service', passing: false, ...ofService(wanted, { nodeMeta: meta.nodeMeta }) },
    { kind: 'health.checks', service: wanted, ...listArguments },
    { kind: 'health.checks', service: wanted, ...meta },
  ]),
  ...['passing', 'Critical', 'any'].map((state): Query => ({ kind: 'health.state', state, ...listArguments })),
  { kind: 'health.state', state: 'any', ...meta },
  ...['n1', 'n2'].flatMap((wanted): Query[] => [
    { kind: 'health.node', node: wanted, filter: '' },
    { kind: 'session.node', node: wanted },
  ]),
  ...['10.0.0.1', '10.0.0.3'].map((address): Query => ({ kind: 'catalog.address', address })),
  ...sessionIds.map((id): Query => ({ kind: 'session.info', id })),
  { kind: 'session.list' },
];

const aGateway = pick('gate', 'out');
const entry = fc.oneof(
  pick(...names.services).chain((Name) =>
    fc.oneof(
      pick('http', 'tcp').map((Protocol) => ({ Kind: 'service-defaults', Name, Protocol })),
      pick('1s', '2s').map((ConnectTimeout) => ({ Kind: 'service-resolver', Name, ConnectTimeout })),
      pick('allow', 'deny').map((Action) => ({ Kind: 'service-intentions', Name, Sources: [{ Name: 'api', Action }] })),
    ),
  ),
  fc.constant({ Kind: 'proxy-defaults', Name: 'global', Config: { protocol: 'http' } }),
  fc.record({ Name: aGateway, Protocol: pick('http', 'tcp'), served: pick('web', 'db', '*') }).map(({ Name, Protocol, served }) => ({
    ...{ Kind: 'ingress-gateway', Name },
    Listeners: [{ Port: 80, Protocol, Services: [{ Name: served }] }],
  })),
  fc
    .record({ Name: aGateway, served: pick('web', 'db', '*') })
    .map(({ Name, served }) => ({ Kind: 'terminating-gateway', Name, Services: [{ Name: served }] })),
);
const entryKinds = ['service-defaults', 'service-resolver', 'service-intentions', 'ingress-gateway', 'terminating-gateway'] as const;
const intention = fc
  .record({ SourceName: pick('web', 'api', '*'), DestinationName: pick('web', 'db', '*'), Action: pick('allow', 'deny') })
  .map((pair) => ({ SourceType: 'consul', Description: '', Permissions: [], Meta: {}, ...pair }));
const preparedQuery = fc.record({ Name: pick('', 'find', 'seek'), Session: pick('', ...sessionIds), service: pick('web', 'db') }).map(
  ({ Name, Session, service }): PreparedQueryInput => ({
    ...{ ID: '', Name, Session, Token: '', DNS: { TTL: '' } },
    Template: { Type: '', Regexp: '', RemoveEmptyTags: false },
    Service: {
      ...{ Service: service, Near: '', OnlyPassing: false, IgnoreCheckIDs: null, Connect: false },
      ...{ Failover: { NearestN: 0, Datacenters: null }, Tags: null, NodeMeta: null, ServiceMeta: null },
    },
  }),
);
const gatewayInstance = fc
  .record({
    node,
    Service: pick('gate', 'out', 'web'),
    Kind: pick('ingress-gateway' as const, 'terminating-gateway' as const, '' as const),
  })
  .map(({ node, Service, Kind }) => ({
    ...{ kind: 'catalog.register' as const, node: aNode(node), skipNodeUpdate: false, checks: [] },
    service: aService({ ID: Service, Service, Kind }),
  }));

/** Of all there is. */
export const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 3, arbitrary: entry.map((given) => ({ kind: 'config.put' as const, entry: decodeConfigEntry(given) })) },
  fc
    .record({ entryKind: pick(...entryKinds), name: pick('web', 'db', 'gate', 'out') })
    .map((gone) => ({ kind: 'config.delete' as const, ...gone })),
  gatewayInstance,
  intention.map((given) => ({ kind: 'intention.put' as const, intention: given })),
  intention.map(({ SourceName, DestinationName }) => ({
    ...{ kind: 'intention.delete' as const, source: SourceName, destination: DestinationName },
  })),
  preparedQuery.map((query) => ({ kind: 'query.create' as const, query })),
  fc.tuple(pick(...sessionIds), preparedQuery).map(([ID, query]) => ({ kind: 'query.update' as const, query: { ...query, ID } })),
  pick(...sessionIds).map((id) => ({ kind: 'query.delete' as const, id })),
  fc.record({ Node: pick(...names.nodes), Segment: pick('', 'alpha'), Height: pick(1e-5, 2e-5) }).map(({ Node, Segment, Height }) => ({
    ...{ kind: 'coordinate.update' as const, coordinate: { Node, Segment, Coord: { ...originCoordinate, Height } } },
  })),
);

const filterOf = (text: string) => ({ ...listArguments, filter: text });
/** Every kind that can wait, in all its forms. */
export const waitingQueries: readonly Query[] = [
  ...queries,
  ...['web', 'gate'].flatMap((wanted): Query[] => [
    { kind: 'health.service', passing: true, ...ofService(wanted) },
    { kind: 'health.service', passing: true, ...ofService(wanted, { connect: true }) },
    { kind: 'health.service', passing: false, ...ofService(wanted), filter: 'Service.Port == 80' },
    { kind: 'health.ingress', service: wanted, passing: false, ...listArguments },
    { kind: 'health.ingress', service: wanted, passing: true, ...meta },
    { kind: 'discovery-chain', service: wanted, evaluateIn: '', overrides: noOverrides },
    { kind: 'ui.topology', service: wanted, isGateway: false },
    { kind: 'ui.topology', service: wanted, isGateway: true },
  ]),
  { kind: 'catalog.nodes', ...filterOf('Meta.az == a') },
  { kind: 'health.state', state: 'any', ...filterOf('Status == critical') },
  { kind: 'query.list' },
  ...sessionIds.map((id): Query => ({ kind: 'query.read', id })),
  ...['', 'alpha'].flatMap((segment): Query[] => [
    { kind: 'coordinate.nodes', segment },
    { kind: 'coordinate.node', node: 'n1', segment },
  ]),
  ...entryKinds.flatMap((entryKind): Query[] => [
    { kind: 'config.read', entryKind, name: 'web' },
    { kind: 'config.list', entryKind },
  ]),
  { kind: 'config.list', entryKind: '' },
  { kind: 'intention.list', filter: '' },
  { kind: 'intention.match', by: 'source', names: ['web', 'api'] },
  { kind: 'intention.match', by: 'destination', names: ['web'] },
  ...['gate', 'out'].flatMap((gateway): Query[] => [
    { kind: 'gateway.services', gateway },
    { kind: 'ui.gateway-services', gateway },
    { kind: 'ui.gateway-intentions', gateway },
  ]),
  { kind: 'ui.nodes', filter: '' },
  ...['n1', 'n2'].map((wanted): Query => ({ kind: 'ui.node', node: wanted })),
  { kind: 'ui.services', filter: '' },
];

/** The table pairs each kind with its read; a union of pairs cannot be called otherwise. */
export function asked(query: Query): { read: Read<QueryKind>; query: Query<QueryKind> } {
  return { read: readOf(query.kind) as unknown as Read<QueryKind>, query };
}

export const plain = (value: unknown) => JSON.stringify(value);
export const answerOf = (state: State, query: Query) => plain(asked(query).read.value(state, query, surroundings));
/** How often a property is tried. */
export const runs = Number(process.env.RUNS ?? 60);

export class Store {
  readonly rows = new Rows();
  readonly state = new State();
  /** Sessions and queries share their few ids. */
  private made = 0;

  /** Refused writes change nothing. */
  attempt(write: Write): void {
    const draft = new Draft(this.state, 0);
    const newId = sessionIds[this.made % sessionIds.length] ?? '';
    if (write.kind === 'session.create' || write.kind === 'query.create') {
      this.made++;
      if (this.state.sessions.get(newId) || this.state.queries.get(newId)) return;
    }
    try {
      decide(draft, write, { datacenter: 'dc1', newId, sessionTtlMinMs: 10_000, connectEnabled: true, now: 0 });
    } catch {
      return;
    }
    const committed = this.rows.commit(draft.transaction());
    if (committed) this.state.apply(committed);
  }
}
