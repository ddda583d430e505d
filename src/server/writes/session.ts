import { DurationError, formatDuration, parseDuration, toNanoseconds } from '../../lib/duration.js';
import { MeshError } from '../../model/errors.js';
import { requireUuid } from '../uuid.js';
import { type Decide, type Draft, settlesTrue } from './draft.js';

const ttlMaxMs = 24 * 3_600_000;

export const decideSessionCreate: Decide<'session.create'> = (draft, { session }, { newId, sessionTtlMinMs }) => {
  if (session.Node === '') throw new MeshError('refused', 'Must provide Node');
  requireTtl(session.TTL, sessionTtlMinMs);
  const node = draft.catalog.node(session.Node);
  if (!node) throw new MeshError('refused', 'apply failed: Missing node registration');
  const checks = [...(session.NodeChecks ?? []), ...(session.ServiceChecks ?? []).map((check) => check.ID)];
  for (const id of checks) requireLiveCheck(draft, session.Node, id);
  draft.sessions.create({ ID: newId, ...session });
  return () => newId;
};

export const decideSessionDestroy: Decide<'session.destroy'> = (draft, { id }) => {
  requireUuid(id, 'apply failed: failed session lookup');
  const session = draft.sessions.get(id);
  if (session) draft.sessions.end(session);
  return settlesTrue;
};

/** A TTL is time at the leader, not data: see src/server/duties/session-ttl.ts. Here it is only seen that the session is there. */
export const decideSessionRenew: Decide<'session.renew'> = (draft, { id }) => {
  requireUuid(id, 'failed session lookup');
  const session = draft.sessions.get(id) ?? null;
  return () => session;
};

/** "10s" -> 10000; '' and "0s" -> 0. */
export function sessionTtlMs(ttl: string): number {
  return ttl === '' ? 0 : parseDuration(ttl);
}

function requireTtl(ttl: string, leastMs: number): void {
  const ttlMs = parsedTtl(ttl);
  if (ttlMs === 0 || (ttlMs >= leastMs && ttlMs <= ttlMaxMs)) return;
  const bounds = `[${formatDuration(leastMs)}=${formatDuration(ttlMaxMs)}]`;
  throw new MeshError('refused', `Invalid Session TTL '${toNanoseconds(ttlMs)}', must be between ${bounds}`);
}

function parsedTtl(ttl: string): number {
  try {
    return sessionTtlMs(ttl);
  } catch (error) {
    if (error instanceof DurationError) throw new MeshError('refused', `Session TTL '${ttl}' invalid: ${error.message}`, { cause: error });
    throw error;
  }
}

function requireLiveCheck(draft: Draft, node: string, id: string): void {
  const check = draft.catalog.check(node, id);
  if (!check) throw new MeshError('refused', `apply failed: Missing check '${id}' registration`);
  if (check.Status === 'critical') throw new MeshError('refused', `apply failed: Check '${id}' is in critical state`);
}
