/** A data source in memory: everything is there at once, and what is not listed does not exist. */

import type { HealthEntry } from '../../../src/model/catalog-answers.js';
import { keyFromText } from '../../../src/model/kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from '../../../src/model/records.js';
import type { Dependency, DependencyKind, DependencyValue } from '../../../templater/data-source.js';
import { type DataSource, dependencyId } from '../../../templater/data-source.js';
import { fromText } from '../../../templater/go-template/byte-string.js';
import { KeyTree } from '../../../templater/key-tree.js';

export interface FakeContents {
  /** confd's keys, without their leading slash. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly now?: number;
  /** The store that consul-template's functions ask. */
  readonly kv?: Readonly<Record<string, string>>;
  /** Bodies of /v1/catalog/register. */
  readonly nodes?: readonly unknown[];
  /** Dependencies that have not been fetched yet, by id. */
  readonly unfetched?: ReadonlySet<string>;
}

export function fakeSource(contents: FakeContents = {}): DataSource {
  const { keys = {}, environment = {}, now = Date.UTC(2024, 1, 29, 13, 4, 5), unfetched = new Set() } = contents;
  return {
    keys: KeyTree.of(Object.entries(keys).map(([key, value]) => [`/${fromText(key)}`.replace(/(.)\/$/, '$1'), fromText(value)])),
    environment: (name) => (Object.hasOwn(environment, name) ? environment[name] : undefined),
    now: () => now,
    lookup: <K extends DependencyKind>(dependency: Dependency<K>) => {
      const any = dependency as Dependency;
      return unfetched.has(dependencyId(any)) ? undefined : (answerTo(any, contents) as DependencyValue<K> | undefined);
    },
  };
}

function answerTo(dependency: Dependency, contents: FakeContents): unknown {
  if ('datacenter' in dependency && dependency.datacenter !== '' && dependency.datacenter !== 'dc1') return undefined;
  const instances = instancesOf(contents.nodes ?? []);
  switch (dependency.kind) {
    case 'key':
      return entriesOf(contents).find(({ Key }) => Key === dependency.key) ?? null;
    case 'keyPrefix':
      return entriesOf(contents).filter(({ Key }) => Key.startsWith(dependency.prefix));
    case 'service':
      return instances.filter(
        ({ Service: service, Checks }) =>
          !dependency.connect &&
          service.Service === dependency.service &&
          (dependency.tag === '' || service.Tags.includes(dependency.tag)) &&
          (!dependency.passing || Checks.every(({ Status }) => Status === 'passing')),
      );
    case 'services': {
      const tags = new Map<string, Set<string>>([['consul', new Set()]]);
      for (const { Service } of instances) for (const tag of Service.Tags) setOf(tags, Service.Service).add(tag);
      for (const { Service } of instances) setOf(tags, Service.Service);
      return [...tags].map(([Service, names]) => ({ Service, Tags: [...names] }));
    }
    case 'nodes':
      return nodesOf(contents.nodes ?? []);
    case 'node': {
      const name = dependency.node || 'mesh-a';
      const Node = nodesOf(contents.nodes ?? []).find((node) => node.Node === name);
      return Node ? { Node, Services: instances.filter((one) => one.Node.Node === name).map((one) => one.Service) } : null;
    }
    case 'datacenters':
      return ['dc1'];
    case 'file':
      return undefined;
    case 'plugin':
      return Buffer.from(`${dependency.command} ${dependency.arguments.join(' ')}\n`);
    case 'hostAddresses':
      return dependency.name === 'localhost' ? ['127.0.0.1'] : [];
    case 'hostServices':
      return [];
  }
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  const known = sets.get(name) ?? new Set();
  sets.set(name, known);
  return known;
}

function entriesOf({ kv = {} }: FakeContents): readonly KvEntry[] {
  const entries = Object.entries(kv).map(([key, value]) => ({
    Key: keyFromText(key),
    Value: Buffer.from(value).toString('base64'),
    Flags: '0',
    LockIndex: 0,
    Session: '',
    CreateIndex: 1,
    ModifyIndex: 1,
  }));
  return entries.sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

type Body = Readonly<Record<string, unknown>>;

function nodesOf(bodies: readonly unknown[]): readonly NodeRecord[] {
  const nodes = new Map<string, NodeRecord>([['mesh-a', nodeOf({ Node: 'mesh-a', Address: '127.0.0.1' })]]);
  for (const body of bodies as readonly Body[]) nodes.set(String(body.Node), { ...nodes.get(String(body.Node)), ...nodeOf(body) });
  return [...nodes.values()];
}

function nodeOf(body: Body): NodeRecord {
  const defaults = { ID: '', Datacenter: 'dc1', TaggedAddresses: null, Meta: null, CreateIndex: 1, ModifyIndex: 1 };
  const { Node, Address, NodeMeta, TaggedAddresses } = body;
  return {
    ...defaults,
    Node,
    Address,
    ...(NodeMeta ? { Meta: NodeMeta } : {}),
    ...(TaggedAddresses ? { TaggedAddresses } : {}),
  } as NodeRecord;
}

function instancesOf(bodies: readonly unknown[]): readonly HealthEntry[] {
  const nodes = nodesOf(bodies);
  const consul = { Node: 'mesh-a', Service: { ID: 'consul', Service: 'consul', Port: 8300, Tags: [] }, Checks: [] };
  // As in the agent, ids that differ in case only are one instance.
  const latest = new Map([...(bodies as readonly Body[]), consul].map((body: Body) => [idOf(body), body]));
  return [...latest.values()].flatMap((body) => {
    const service = body.Service as Body | undefined;
    const node = nodes.find(({ Node }) => Node === body.Node);
    if (!service || !node) return [];
    const defaults = {
      Tags: [],
      Address: '',
      Meta: null,
      TaggedAddresses: null,
      Weights: { Passing: 1, Warning: 1 },
      Kind: '',
      EnableTagOverride: false,
    };
    const ofNode = (bodies as readonly Body[])
      .filter((one) => one.Node === body.Node)
      .flatMap((one) => (one.Checks ?? one.Check ?? []) as CheckRecord[]);
    const texts = { Name: '', Notes: '', Output: '', ServiceID: '', ServiceName: '' };
    const checks = ofNode.filter((check) => !check.ServiceID || check.ServiceID === service.ID).map((check) => ({ ...texts, ...check }));
    return [{ Node: node, Service: { ...defaults, ...service } as unknown as ServiceRecord, Checks: checks }];
  });
}

function idOf(body: Body): string {
  return `${body.Node}/${(body.Service as Body | undefined)?.ID}`.toLowerCase();
}
