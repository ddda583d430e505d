/**
 * Answers as records of the model. The agent is believed (it is the user's own), so this only evens out what JSON leaves open: null
 * lists, members that Consul omits when they are empty, and numbers beyond 2^53.
 */

import { isAscii } from 'node:buffer';
import type { HealthEntry, NodeServices, ServiceSummary } from '../model/catalog-answers.js';
import { type KvKey, keyFromByteString, keyFromText } from '../model/kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord, SessionRecord } from '../model/records.js';
import { AnswerError } from './errors.js';
import { parseJson, parseWithFlags } from './json.js';

type Loose<T> = { readonly [K in keyof T]?: unknown };

/** A list; null, which Go writes for an empty one, is []. */
export function listOf<T>(decode: (element: unknown) => T): (body: Buffer) => readonly T[] {
  return (body) => elements(parseJson(body)).map(decode);
}

export function kvEntries(body: Buffer): readonly KvEntry[] {
  // One look at the whole answer instead of one at every key.
  const keyOf = isAscii(body) && !body.includes('\\u') ? keyFromByteString : keyFromText;
  return elements(parseWithFlags(body)).map((value) => kvEntry(value, keyOf));
}

function kvEntry(value: unknown, keyOf: (text: string) => KvKey): KvEntry {
  const { Key, Flags, Value, LockIndex, Session, CreateIndex, ModifyIndex }: Loose<KvEntry> = object(value);
  return {
    Key: keyOf(typeof Key === 'string' ? Key : String(Key ?? '')),
    Flags: Flags === 0 ? '0' : String(Flags ?? '0'),
    Value: (Value as string | null) ?? '',
    LockIndex: index(LockIndex),
    Session: (Session as string | undefined) ?? '',
    CreateIndex: index(CreateIndex),
    ModifyIndex: index(ModifyIndex),
  };
}

function index(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new AnswerError(`the answer holds ${JSON.stringify(value)} where text was expected`);
  return value;
}

export function boolean(body: Buffer): boolean {
  return body.toString('utf8').trim() === 'true';
}

export function nodeRecord(value: unknown): NodeRecord {
  const raw: Loose<NodeRecord> = object(value);
  return { ID: '', Address: '', Datacenter: '', TaggedAddresses: null, Meta: null, ...indexes(raw), ...(raw as Pick<NodeRecord, 'Node'>) };
}

/** From `/v1/health/service`, `/v1/catalog/node` (where the node stands beside it) and `/v1/agent/services`. */
export function serviceRecord(value: unknown, node: string): ServiceRecord {
  const raw: Loose<ServiceRecord> = object(value);
  return {
    Kind: '',
    Address: '',
    TaggedAddresses: null,
    Meta: null,
    Port: 0,
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Connect: {},
    ...indexes(raw),
    ...(raw as Pick<ServiceRecord, 'ID' | 'Service'>),
    Node: node,
    Tags: elements(raw.Tags).map(String),
    Proxy: (raw.Proxy ?? {}) as ServiceRecord['Proxy'],
  };
}

export function checkRecord(value: unknown): CheckRecord {
  const raw: Loose<CheckRecord> = object(value);
  return {
    Notes: '',
    Output: '',
    ServiceID: '',
    ServiceName: '',
    Type: '',
    Interval: '',
    Timeout: '',
    ExposedPort: 0,
    ...indexes(raw),
    ...(raw as Pick<CheckRecord, 'Node' | 'CheckID' | 'Name' | 'Status'>),
    ServiceTags: elements(raw.ServiceTags).map(String),
    Definition: (raw.Definition ?? {}) as CheckRecord['Definition'],
  };
}

export function healthEntry(value: unknown): HealthEntry {
  const raw: Loose<HealthEntry> = object(value);
  const node = nodeRecord(raw.Node);
  return { Node: node, Service: serviceRecord(raw.Service, node.Node), Checks: elements(raw.Checks).map(checkRecord) };
}

/** `{"Node": …, "Services": {id: …}}`, or null. */
export function nodeServices(body: Buffer): NodeServices | null {
  const value = parseJson(body);
  if (value === null) return null;
  const { Node, Services } = object(value);
  const node = nodeRecord(Node);
  return { Node: node, Services: Object.values(object(Services ?? {})).map((service) => serviceRecord(service, node.Node)) };
}

/** `{"web": ["v1"], …}`, in the order of the answer. */
export function serviceSummaries(body: Buffer): readonly ServiceSummary[] {
  return Object.entries(object(parseJson(body) ?? {})).map(([name, tags]) => ({ Service: name, Tags: elements(tags).map(String) }));
}

export function sessionRecord(value: unknown): SessionRecord {
  return object(value) as unknown as SessionRecord;
}

export function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AnswerError(`the answer holds ${JSON.stringify(value)} where an object was expected`);
  return value as Readonly<Record<string, unknown>>;
}

function elements(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new AnswerError(`the answer holds ${JSON.stringify(value)} where a list was expected`);
  return value;
}

function indexes(raw: { readonly CreateIndex?: unknown; readonly ModifyIndex?: unknown }): { CreateIndex: number; ModifyIndex: number } {
  return { CreateIndex: index(raw.CreateIndex), ModifyIndex: index(raw.ModifyIndex) };
}
