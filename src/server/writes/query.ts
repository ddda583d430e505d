/** What a prepared query must be like. Names are unique, and no name may look like the id of another query: both find one. */
import { DurationError, parseDuration, toNanoseconds } from '../../lib/duration.js';
import { metaFault } from '../../model/decode/service-definition.js';
import { MeshError } from '../../model/errors.js';
import { isTemplate, type PreparedQueryInput, type QueryService } from '../../model/prepared-query.js';
import { compileTemplate } from '../../model/query-template.js';
import { asMatched } from '../../state/stored.js';
import { requireUuid } from '../uuid.js';
import { type Decide, type Draft, settlesTrue } from './draft.js';

const redacted = '<hidden>';

export const decideQueryCreate: Decide<'query.create'> = (draft, { query }, { newId }) => {
  if (query.ID !== '') throw new MeshError('refused', 'ID must be empty when creating a new prepared query');
  putQuery(draft, { ...query, ID: newId });
  return () => newId;
};

export const decideQueryUpdate: Decide<'query.update'> = (draft, { query }) => {
  requirePresent(draft, query.ID);
  putQuery(draft, query);
  return settlesTrue;
};

export const decideQueryDelete: Decide<'query.delete'> = (draft, { id }) => {
  requirePresent(draft, id);
  draft.ledger.delete('queries', asMatched(id));
  return settlesTrue;
};

function requirePresent({ view, ledger }: Draft, id: string): void {
  requireUuid(id, 'Prepared Query lookup failed: failed prepared query lookup');
  const query = view.queries.get(id);
  if (!query) throw new MeshError('refused', `Cannot modify non-existent prepared query: '${id}'`);
  ledger.expect('queries', asMatched(id), query.ModifyIndex);
}

function putQuery(draft: Draft, query: PreparedQueryInput): void {
  const invalid = faultOf(query);
  if (invalid !== '') throw new MeshError('refused', `Invalid prepared query: ${invalid}`);
  const refusal = clash(draft, query) || sessionFault(draft, query) || templateFault(query);
  if (refusal !== '') throw new MeshError('refused', `raft apply failed: ${refusal}`);
  draft.ledger.put('queries', asMatched(query.ID), { ...query });
}

function faultOf({ Name, Session, Token, Template, Service, DNS }: PreparedQueryInput): string {
  if (Name === '' && Session === '' && !isTemplate({ Template })) return 'Must be bound to a session';
  if (Token === redacted) return `Bad Token '${redacted}', it looks like a query definition with a redacted token was submitted`;
  return serviceFault(Service) || ttlFault(DNS.TTL);
}

function serviceFault({ Service, Failover, NodeMeta, ServiceMeta }: QueryService): string {
  if (Service === '') return 'Must provide a Service name to query';
  if (Failover.NearestN < 0) return `Bad NearestN '${Failover.NearestN}', must be >= 0`;
  return askedMetaFault(NodeMeta) || askedMetaFault(ServiceMeta);
}

/** Metadata may be asked for that only the program itself may set. */
function askedMetaFault(meta: QueryService['NodeMeta']): string {
  return metaFault(Object.fromEntries(Object.entries(meta ?? {}).filter(([key]) => !/^consul-[A-Za-z0-9_-]{1,121}$/.test(key))));
}

function ttlFault(ttl: string): string {
  if (ttl === '') return '';
  try {
    const ttlMs = parseDuration(ttl);
    return ttlMs < 0 ? `DNS TTL '${toNanoseconds(ttlMs)}', must be >=0` : '';
  } catch (error) {
    if (error instanceof DurationError) return `Bad DNS TTL '${ttl}': ${error.message}`;
    throw error;
  }
}

/** Nobody else may take the name meanwhile, so this rests on all queries. */
function clash({ view, ledger }: Draft, query: PreparedQueryInput): string {
  ledger.expectBelow('queries', '', view.revision);
  const { ID, Name } = query;
  if (Name === '' && !isTemplate(query)) return '';
  const holder = view.queries.named(Name);
  if (holder && holder.ID !== ID)
    return Name === '' ? 'a template with an empty name already exists' : `name '${Name}' aliases an existing query name`;
  const byId = Name === '' ? undefined : view.queries.get(Name);
  return byId ? `name '${Name}' aliases an existing query ID` : '';
}

function sessionFault(draft: Draft, { Session }: PreparedQueryInput): string {
  if (Session === '') return '';
  requireUuid(Session, 'raft apply failed: invalid session');
  return draft.sessions.get(Session) ? '' : `invalid session ${JSON.stringify(Session)}`;
}

function templateFault(query: PreparedQueryInput): string {
  try {
    if (isTemplate(query)) compileTemplate(query);
    return '';
  } catch (error) {
    if (error instanceof MeshError) return `failed compiling template: ${error.message}`;
    throw error;
  }
}
