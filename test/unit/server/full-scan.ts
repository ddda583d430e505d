/** Every read again, without any index: all rows of the store are looked at each time. What the indexed reads are held against. */
import type { Query } from '../../../src/model/query.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord, SessionRecord } from '../../../src/model/records.js';
import type { Committed, CommittedChange, TableName, Transaction } from '../../../src/model/storage.js';

interface Row {
  readonly table: TableName;
  readonly key: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly created: number;
  readonly revision: number;
}

const low = (text: string) => text.toLowerCase();
const byText =
  <T>(textOf: (item: T) => string) =>
  (a: T, b: T) =>
    textOf(a) === textOf(b) ? 0 : textOf(a) < textOf(b) ? -1 : 1;

/** All rows, and what a storage would make of transactions. */
export class Rows {
  revision = 0;
  private readonly rows = new Map<string, Row>();
  /** Of keys, also of those that are there again. */
  readonly deletions: { readonly key: string; readonly revision: number }[] = [];

  commit({ changes }: Transaction): Committed | undefined {
    const revision = this.revision + 1;
    const committed: CommittedChange[] = [];
    for (const change of changes) {
      const { table, key } = change;
      if (change.kind === 'put') {
        const created = this.rows.get(`${table} ${key}`)?.created ?? revision;
        this.rows.set(`${table} ${key}`, { table, key, record: change.record, created, revision });
        committed.push({ ...change, created });
        continue;
      }
      const gone = [...this.rows.values()].filter(
        (row) => row.table === table && (change.kind === 'delete' ? row.key === key : row.key.startsWith(key)),
      );
      for (const row of gone) {
        this.rows.delete(`${table} ${row.key}`);
        if (table === 'kv') this.deletions.push({ key: row.key, revision });
      }
      if (gone.length > 0) committed.push({ kind: change.kind, table, key });
    }
    if (committed.length === 0) return undefined;
    this.revision = revision;
    return { revision, changes: committed };
  }

  /** As a load tells them. */
  all(): Committed[] {
    return [...this.rows.values()].map((row) => ({
      revision: row.revision,
      changes: [{ kind: 'put', table: row.table, key: row.key, record: row.record, created: row.created }],
    }));
  }

  kv(): KvEntry[] {
    return this.of('kv').map(({ key, record, created, revision }) => {
      const lock = this.rows.get(`locks ${key}`);
      const held = lock?.record.Session ?? '';
      return {
        ...{ Key: key, Flags: record.Flags, Value: record.Value, Session: held, CreateIndex: created },
        ...{
          LockIndex: lock && lock.revision >= revision ? lock.record.LockIndex : 0,
          ModifyIndex: Math.max(revision, lock?.revision ?? 0),
        },
      } as KvEntry;
    });
  }

  nodes(): NodeRecord[] {
    return this.records<NodeRecord>('nodes').sort(byText((node) => low(node.Node)));
  }

  services(): ServiceRecord[] {
    return this.records<ServiceRecord>('services').sort(byText((service) => `${low(service.Node)}\0${low(service.ID)}`));
  }

  checks(): CheckRecord[] {
    return this.records<CheckRecord>('checks').sort(byText((check) => `${low(check.Node)}\0${low(check.CheckID)}`));
  }

  sessions(): SessionRecord[] {
    return this.records<SessionRecord>('sessions').sort(byText((session) => session.ID));
  }

  private records<T>(table: TableName): T[] {
    return this.of(table).map((row) => ({ CreateIndex: row.created, ...row.record, ModifyIndex: row.revision }) as T);
  }

  private of(table: TableName): Row[] {
    return [...this.rows.values()].filter((row) => row.table === table).sort(byText((row) => row.key));
  }
}

export function scan(rows: Rows, query: Query): unknown {
  switch (query.kind) {
    case 'kv.get':
      return rows.kv().find((entry) => entry.Key === query.key) ?? null;
    case 'kv.list':
      return rows.kv().filter((entry) => entry.Key.startsWith(query.prefix));
    case 'kv.keys': {
      const keys = rows.kv().filter((entry) => entry.Key.startsWith(query.prefix));
      return [...new Set(keys.map(({ Key }) => cut(Key, query.prefix, query.separator)))];
    }
    case 'catalog.nodes':
      return rows.nodes().filter((node) => hasMeta(node, query.nodeMeta));
    case 'catalog.node': {
      const node = findNode(rows, query.node);
      return node ? { Node: node, Services: rows.services().filter((service) => low(service.Node) === low(node.Node)) } : null;
    }
    case 'catalog.services':
      return summaries(rows, query.nodeMeta);
    case 'catalog.service':
      return instances(rows, query).map((service) => ({ Node: nodeOf(rows, service), Service: service }));
    case 'health.service':
      return health(rows, query);
    case 'health.node':
      return rows.checks().filter((check) => low(check.Node) === low(query.node));
    case 'health.checks':
      return rows.checks().filter((check) => low(check.ServiceName) === low(query.service) && hasMeta(nodeOf(rows, check), query.nodeMeta));
    case 'health.state': {
      const matches = (check: CheckRecord) => query.state === 'any' || low(check.Status) === low(query.state);
      return rows.checks().filter((check) => matches(check) && hasMeta(nodeOf(rows, check), query.nodeMeta));
    }
    case 'catalog.address':
      return {
        Nodes: rows.nodes().filter((node) => node.Address === query.address),
        Services: rows
          .services()
          .filter((service) => service.Address === query.address)
          .map((service) => ({ Node: nodeOf(rows, service), Service: service })),
      };
    case 'session.info':
      return rows.sessions().find((session) => session.ID === query.id) ?? null;
    case 'session.list':
      return rows.sessions();
    case 'session.node':
      return rows.sessions().filter((session) => low(session.Node) === low(query.node));
    default:
      throw new TypeError(`no scan for ${query.kind}`);
  }
}

function cut(key: string, prefix: string, separator: string): string {
  const at = separator === '' ? -1 : key.indexOf(separator, prefix.length);
  return at < 0 ? key : key.slice(0, at + separator.length);
}

function hasMeta(node: NodeRecord, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => node.Meta?.[name] === value);
}

function nodeOf(rows: Rows, { Node }: { readonly Node: string }): NodeRecord {
  const node = rows.nodes().find((candidate) => low(candidate.Node) === low(Node));
  if (!node) throw new TypeError(`nothing may be on a node that is not there: ${Node}`);
  return node;
}

function findNode(rows: Rows, wanted: string): NodeRecord | undefined {
  const named = rows.nodes().find((node) => low(node.Node) === low(wanted));
  if (named) return named;
  const byId = rows.nodes().filter((node) => node.ID !== '' && low(node.ID).startsWith(low(wanted)));
  return byId.find((node) => low(node.ID) === low(wanted)) ?? (byId.length === 1 && wanted.length > 1 ? byId[0] : undefined);
}

function summaries(rows: Rows, nodeMeta: Readonly<Record<string, string>>): unknown {
  const found = new Map<string, { Service: string; tags: Set<string> }>();
  const firstSpelling = new Map<string, string>();
  for (const service of rows.services()) {
    const name = low(service.Service);
    if (!firstSpelling.has(name)) firstSpelling.set(name, service.Service);
    if (!hasMeta(nodeOf(rows, service), nodeMeta)) continue;
    const summary = found.get(name) ?? { Service: firstSpelling.get(name) ?? '', tags: new Set() };
    found.set(name, summary);
    for (const tag of service.Tags) summary.tags.add(tag);
  }
  const ordered = [...found].sort(byText(([name]) => name));
  return ordered.map(([, { Service, tags }]) => ({ Service, Tags: [...tags].sort() }));
}

function instances(rows: Rows, query: Extract<Query, { kind: 'catalog.service' | 'health.service' }>): ServiceRecord[] {
  return rows.services().filter((service) => {
    const isProxy = service.Kind === 'connect-proxy' && low(`${service.Proxy.DestinationServiceName}`) === low(query.service);
    const isNative = service.Connect.Native === true && low(service.Service) === low(query.service);
    const isMeant = query.connect ? isProxy || (isNative && service.Kind !== 'connect-proxy') : low(service.Service) === low(query.service);
    const hasTags = query.tags.every((tag) => service.Tags.some((present) => low(present) === low(tag)));
    return isMeant && hasTags && hasMeta(nodeOf(rows, service), query.nodeMeta);
  });
}

function health(rows: Rows, query: Extract<Query, { kind: 'health.service' }>): unknown {
  const entries = instances(rows, query).map((service) => {
    const ofNode = rows.checks().filter((check) => low(check.Node) === low(service.Node));
    const Checks = [
      ...ofNode.filter((check) => check.ServiceID === ''),
      ...ofNode.filter((check) => check.ServiceID !== '' && low(check.ServiceID) === low(service.ID)),
    ];
    return { Node: nodeOf(rows, service), Service: service, Checks };
  });
  return entries.filter((entry) => !query.passing || entry.Checks.every((check) => check.Status === 'passing'));
}
