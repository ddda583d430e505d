/** Prepared queries: those that are kept, and their answers. */

import { shuffled } from '../../lib/shuffle.js';
import type { HealthEntry } from '../../model/catalog-answers.js';
import { MeshError } from '../../model/errors.js';
import { isTemplate, type PreparedQuery, type QueryService, type QuerySource } from '../../model/prepared-query.js';
import { type CompiledTemplate, compileTemplate } from '../../model/query-template.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import { isUuid, requireUuid } from '../uuid.js';
import { hasNodeMeta, nearestFirst } from './lists.js';
import type { Read } from './read.js';

/** Both answer the index of the whole table; the wait for one query ends for that one alone. */
export const queryList: Read<'query.list'> = {
  index: ({ queries }) => queries.index,
  version: ({ queries }) => queries.index,
  touched: () => [tableTopic('queries')],
  value: ({ queries }) => queries.all(),
  memoKey: () => '',
};

export const queryRead: Read<'query.read'> = {
  index: ({ queries }) => queries.index,
  version: ({ queries }, { id }) => queries.get(id)?.ModifyIndex ?? -1,
  touched: (_view, { id }) => [{ kind: 'query', name: asMatched(id) }],
  value: ({ queries }, { id }) => queries.get(id) ?? null,
  refuse: ({ id }) => requireUuid(id, 'failed prepared query lookup'),
};

/** These do not block: what they answer hangs on chance, distance and other tables. */
const atOnce = { index: () => 1, version: () => 0, touched: () => [] } as const;

export const queryExplain: Read<'query.explain'> = {
  ...atOnce,
  value: (view, { nameOrId }) => resolved(view, nameOrId),
};

/**
 * This server knows no datacenter but its own, so those that the query would fall back to are unknown, and unknown ones are skipped.
 */
export const queryExecute: Read<'query.execute'> = {
  ...atOnce,
  value: (view, { nameOrId, near, limit, connect, source }, { datacenter, random }) => {
    const query = resolved(view, nameOrId);
    if (!query) return null;
    const from = nodeNear(view, near || query.Service.Near, source);
    const found = shuffled(instances(view, query.Service, connect), random);
    const sorted = nearestFirst(view, found, from, ({ Node }) => Node.Node);
    return {
      Service: query.Service.Service,
      Nodes: limit > 0 ? sorted.slice(0, limit) : sorted,
      DNS: query.DNS,
      Datacenter: datacenter,
      Failovers: 0,
      isNearestFirst: from !== '',
    };
  },
};

/**
 * By id, else by name; a name of its own beats the templates. What comes of a template has its service part filled in.
 * @throws MeshError `refused` for the id of a template
 */
function resolved({ queries }: StateView, nameOrId: string): PreparedQuery | null {
  const byId = isUuid(nameOrId) ? queries.get(nameOrId) : undefined;
  if (byId && isTemplate(byId)) throw new MeshError('refused', 'prepared query templates can only be resolved up by name, not by ID');
  if (byId) return byId;
  const named = nameOrId === '' ? undefined : queries.named(nameOrId);
  if (named && !isTemplate(named)) return named;
  const template = queries.templateFor(nameOrId);
  return template ? { ...template, Service: compiled(template).render(nameOrId) } : null;
}

const templates = new WeakMap<PreparedQuery, CompiledTemplate>();

/** Once per record. */
function compiled(query: PreparedQuery): CompiledTemplate {
  const known = templates.get(query) ?? compileTemplate(query);
  templates.set(query, known);
  return known;
}

/** '' when there is nothing to be near to. */
function nodeNear({ catalog }: StateView, near: string, { agentNode, address }: QuerySource): string {
  if (near === '_agent') return agentNode;
  if (near !== '_ip') return near;
  return address === '' ? '' : (catalog.addresses.nodes(address)[0]?.record?.Node ?? '');
}

function instances({ catalog }: StateView, service: QueryService, connect: boolean): HealthEntry[] {
  const group = connect || service.Connect ? catalog.connect(service.Service) : catalog.service(service.Service);
  const nodeMeta = service.NodeMeta ?? {};
  const fits = (entry: HealthEntry) => isWell(entry, service) && hasNodeMeta(entry.Node, { nodeMeta }) && isMarked(entry, service);
  return group?.asHealth().filter(fits) ?? [];
}

/** No check is critical; with OnlyPassing all are passing. Checks that are to be ignored say nothing. */
function isWell({ Checks }: HealthEntry, { OnlyPassing, IgnoreCheckIDs }: QueryService): boolean {
  return Checks.every(({ CheckID, Status }) => {
    if (IgnoreCheckIDs?.includes(CheckID)) return true;
    return OnlyPassing ? Status === 'passing' : Status !== 'critical';
  });
}

/** Tags without regard to case; metadata to the letter. */
function isMarked({ Service }: HealthEntry, { Tags, ServiceMeta }: QueryService): boolean {
  const present = new Set(Service.Tags.map(asMatched));
  const hasTags = (Tags ?? []).every((tag) => {
    if (tag === '' || tag === '!') return true;
    return tag.startsWith('!') ? !present.has(asMatched(tag.slice(1))) : present.has(asMatched(tag));
  });
  const meta = Service.Meta ?? {};
  return hasTags && Object.entries(ServiceMeta ?? {}).every(([key, value]) => Object.hasOwn(meta, key) && meta[key] === value);
}
