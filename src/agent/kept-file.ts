/**
 * What is kept of registrations, as text: an envelope of ours around a body of the API, so that reading goes through the same decoder
 * as registering does. Written by encode…, read by decode…; the tests hold that one undoes the other.
 */
import { formatDuration } from '../lib/duration.js';
import { checkFromBody } from '../model/decode/check-definition.js';
import { serviceFromBody } from '../model/decode/service-definition.js';
import { anything, boolean, decodeBody, field, float, integer, record, text } from '../model/decode.js';
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import type { CheckStatus } from '../model/records.js';

/** Raised when the format changes in a way that old files cannot be read as new ones. */
const version = 1;

export interface KeptService {
  readonly definition: ServiceDefinition;
  readonly token: string;
  readonly sidecarOf: string;
}

export type KeptCheck =
  | { readonly kind: 'check'; readonly definition: CheckDefinition; readonly token: string; readonly isInside: boolean }
  /** '' is the node. */
  | { readonly kind: 'maintenance'; readonly serviceId: string; readonly reason: string; readonly token: string };

/** The last word of a TTL check, good until `expiresAt` (milliseconds since the epoch). */
export interface KeptState {
  readonly checkId: string;
  readonly status: CheckStatus;
  readonly output: string;
  readonly expiresAt: number;
}

export function encodeService({ definition, token, sidecarOf }: KeptService): string {
  const { sidecar: _sidecar, Checks: _checks, ...rest } = definition;
  return JSON.stringify({ version, token, sidecarOf, service: rest });
}

export function encodeCheck(check: KeptCheck): string {
  if (check.kind === 'maintenance') return JSON.stringify({ version, ...check });
  const { token, isInside, definition } = check;
  const { CheckID, intervalMs, timeoutMs, ttlMs, deregisterCriticalServiceAfterMs, ...rest } = definition;
  const body = {
    ...rest,
    ID: CheckID,
    Interval: formatDuration(intervalMs),
    Timeout: formatDuration(timeoutMs),
    TTL: formatDuration(ttlMs),
    DeregisterCriticalServiceAfter: formatDuration(deregisterCriticalServiceAfterMs),
  };
  return JSON.stringify({ version, kind: 'check', token, isInside, check: body });
}

export function encodeState(state: KeptState): string {
  return JSON.stringify({ version, ...state });
}

const serviceEnvelope = record({
  version: field(integer, 0),
  token: field(text, ''),
  sidecarOf: field(text, ''),
  service: field(anything, null),
});
const checkEnvelope = record({
  version: field(integer, 0),
  kind: field(text, ''),
  token: field(text, ''),
  isInside: field(boolean, false),
  check: field(anything, null),
  serviceId: field(text, ''),
  reason: field(text, ''),
});
const stateEnvelope = record({
  version: field(integer, 0),
  checkId: field(text, ''),
  status: field(text, ''),
  output: field(text, ''),
  expiresAt: field(float, 0),
});

/** @throws Error that says what is wrong */
export function decodeKeptService(content: string): KeptService {
  const { service, token, sidecarOf, ...envelope } = decodeBody(serviceEnvelope, JSON.parse(content));
  checkVersion(envelope.version);
  return { definition: serviceFromBody(service), token, sidecarOf };
}

/** @throws Error that says what is wrong */
export function decodeKeptCheck(content: string): KeptCheck {
  const { check, token, isInside, kind, serviceId, reason, ...envelope } = decodeBody(checkEnvelope, JSON.parse(content));
  checkVersion(envelope.version);
  if (kind === 'maintenance') return { kind, serviceId, reason, token };
  return { kind: 'check', definition: checkFromBody(check), token, isInside };
}

/** @throws Error that says what is wrong */
export function decodeKeptState(content: string): KeptState {
  const { version: given, status, ...state } = decodeBody(stateEnvelope, JSON.parse(content));
  checkVersion(given);
  if (status !== 'passing' && status !== 'warning' && status !== 'critical') throw new Error(`unknown status "${status}"`);
  return { ...state, status };
}

function checkVersion(given: number): void {
  if (given !== version) throw new Error(`version ${given} of the format, where ${version} is known`);
}
