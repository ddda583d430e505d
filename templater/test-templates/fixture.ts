/** The data of one test as a source that is asked like an agent: everything is there at once, and what is not listed does not exist. */

import type { HealthEntry } from '../../src/model/catalog-answers.js';
import { keyFromText } from '../../src/model/kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from '../../src/model/records.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, describeDependency } from '../data-source.js';
import { type Source, SourceError } from '../source/source.js';

export interface Fixture {
  /** Key -> value, without leading slashes. */
  readonly keys: ReadonlyMap<string, string>;
  readonly services: readonly FixtureService[];
  /** Path -> contents, for `file`. */
  readonly files: ReadonlyMap<string, string>;
  /** Command line -> output, for `plugin`. */
  readonly plugins: ReadonlyMap<string, string>;
  /** Name -> addresses, for `lookupIP` and the like. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

export interface FixtureService {
  readonly name: string;
  readonly id: string;
  readonly node: string;
  readonly nodeAddress: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly status: 'passing' | 'warning' | 'critical';
}

export function fixtureSource(fixture: Fixture): Source {
  const answer = <K extends DependencyKind>(dependency: Dependency<K>) =>
    answerTo(anyDependency(dependency), fixture) as DependencyValue<K>;
  return {
    fetch: async (dependency) => answer(dependency),
    follow: (dependency, { onValue }) => onValue(answer(dependency)),
  };
}

/** @throws SourceError for what a test has to list, as nothing is asked of the machine */
function answerTo(dependency: Dependency, fixture: Fixture): DependencyValue<DependencyKind> {
  const { files, plugins, hosts } = fixture;
  switch (dependency.kind) {
    case 'key':
      return entriesOf(fixture).find(({ Key }) => Key === dependency.key) ?? null;
    case 'keyPrefix':
      return entriesOf(fixture).filter(({ Key }) => Key.startsWith(dependency.prefix));
    case 'service':
      return dependency.connect ? [] : instancesOf(fixture).filter((entry) => isAsked(entry, dependency));
    case 'services':
      return summariesOf(fixture);
    case 'nodes':
      return nodesOf(fixture);
    case 'node':
      return nodeNamed(dependency.node, fixture);
    case 'datacenters':
      return ['dc1'];
    case 'file':
      return Buffer.from(files.get(dependency.path) ?? unlisted(dependency, 'files'));
    case 'plugin':
      return Buffer.from(plugins.get([dependency.command, ...dependency.arguments].join(' ')) ?? unlisted(dependency, 'plugins'));
    case 'hostAddresses':
      return (hosts.get(dependency.name) ?? []).filter((address) => isOfFamily(address, dependency.family));
    case 'hostServices':
      return [];
    default:
      return unlisted(dependency, 'test');
  }
}

function unlisted(dependency: Dependency, table: string): never {
  throw new SourceError(`${describeDependency(dependency)} is not among the "${table}" of the test`);
}

const isOfFamily = (address: string, family: 0 | 4 | 6) => family === 0 || (family === 6) === address.includes(':');
const indexes = { CreateIndex: 1, ModifyIndex: 1 };

function entriesOf({ keys }: Fixture): readonly KvEntry[] {
  const entries = [...keys].map(([key, value]) => ({
    Key: keyFromText(key),
    Value: Buffer.from(value, 'utf8').toString('base64'),
    Flags: '0',
    LockIndex: 0,
    Session: '',
    ...indexes,
  }));
  return entries.sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

function isAsked({ Service, Checks }: HealthEntry, { service, tag, passing }: Dependency<'service'>): boolean {
  return (
    Service.Service === service &&
    (tag === '' || Service.Tags.includes(tag)) &&
    (!passing || Checks.every(({ Status }) => Status === 'passing'))
  );
}

function instancesOf(fixture: Fixture): readonly HealthEntry[] {
  return fixture.services.map((service) => ({
    Node: nodeOf(service),
    Service: serviceOf(service),
    Checks: [checkOf(service)],
  }));
}

function nodeOf({ node, nodeAddress }: FixtureService): NodeRecord {
  return { ID: '', Node: node, Address: nodeAddress, Datacenter: 'dc1', TaggedAddresses: null, Meta: null, ...indexes };
}

function serviceOf({ name, id, node, address, port, tags, meta }: FixtureService): ServiceRecord {
  return {
    Node: node,
    Kind: '',
    ID: id,
    Service: name,
    Tags: tags,
    Address: address,
    TaggedAddresses: null,
    Meta: meta,
    Port: port,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: {},
    Connect: {},
    ...indexes,
  };
}

function checkOf({ name, id, node, tags, status }: FixtureService): CheckRecord {
  const nothing = { Notes: '', Output: '', Type: 'ttl', Interval: '', Timeout: '', ExposedPort: 0, Definition: {} };
  const names = { Node: node, CheckID: `service:${id}`, Name: `Service '${name}' check`, ServiceID: id, ServiceName: name };
  return { ...names, ...nothing, Status: status, ServiceTags: tags, ...indexes };
}

function summariesOf(fixture: Fixture): DependencyValue<'services'> {
  const tags = new Map<string, Set<string>>();
  for (const { name, tags: own } of fixture.services) tags.set(name, new Set([...(tags.get(name) ?? []), ...own]));
  return [...tags].map(([Service, names]) => ({ Service, Tags: [...names] }));
}

function nodesOf(fixture: Fixture): readonly NodeRecord[] {
  return [...new Map(fixture.services.map((service) => [service.node, nodeOf(service)])).values()];
}

/** '' is the agent's own: the first. */
function nodeNamed(name: string, fixture: Fixture): DependencyValue<'node'> {
  const node = nodesOf(fixture).find(({ Node }) => name === '' || Node === name);
  if (node === undefined) return null;
  return { Node: node, Services: fixture.services.filter((service) => service.node === node.Node).map(serviceOf) };
}
