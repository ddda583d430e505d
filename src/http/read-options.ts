/** The one place that parses what every read (and many a write) may say: consistency, waiting, datacenter, token, `Cache-Control`. */
import { DurationError, parseDuration } from '../lib/duration.js';
import { MeshError } from '../model/errors.js';
import type { ListArguments } from '../model/query.js';
import type { Call } from './call.js';
import { Parameters } from './parameters.js';

export interface ReadOptions {
  readonly token: string;
  readonly datacenter: string;
  readonly minIndex: number;
  readonly waitMs: number;
  /** `leader`: asked for by name, so no setting may make it stale. */
  readonly consistency: 'default' | 'leader' | 'consistent' | 'stale';
  /** A stale answer that is older is made afresh; 0 = any age will do. */
  readonly maxStaleMs: number;
  readonly cached: boolean;
  /** `Cache-Control: max-age`, milliseconds; null when not given. */
  readonly maxAgeMs: number | null;
}

const plainRead: ReadOptions = {
  token: '',
  datacenter: '',
  minIndex: 0,
  waitMs: 0,
  consistency: 'default',
  maxStaleMs: 0,
  cached: false,
  maxAgeMs: null,
};

/** @throws MeshError `bad-request` */
export function readOptions(call: Call): ReadOptions {
  const token = tokenOf(call);
  const maxAgeMs = maxAge(call.header('cache-control'));
  if (call.parameters === Parameters.none && token === '' && maxAgeMs === null) return plainRead;
  const { parameters } = call;
  const consistency = consistencyOf(parameters);
  const maxStale = parameters.get('max_stale');
  return {
    token,
    datacenter: parameters.get('dc'),
    maxStaleMs: maxStale === '' ? 0 : durationOr(maxStale, `Invalid max_stale value "${maxStale}"`),
    consistency: maxStale !== '' && consistency === 'default' ? 'stale' : consistency,
    cached: call.context.settings.useCache && parameters.has('cached'),
    maxAgeMs,
    waitMs: waitOf(parameters),
    minIndex: indexOf(parameters.get('index')),
  };
}

/** The parameter beats `X-Consul-Token`, which beats `Authorization: Bearer`. An empty one counts as absent. */
export function tokenOf(call: Call): string {
  const { headers } = call.request;
  const given = call.parameters.get('token') || headers['x-consul-token'];
  if (typeof given === 'string' && given !== '') return given;
  const authorization = headers.authorization;
  return authorization === undefined ? '' : (/^bearer\s+(\S+)/i.exec(authorization.trim())?.[1] ?? '');
}

/** Namespaces belong to another product; asking for one by mistake must not look like success. @throws MeshError `bad-request` */
export function refuseNamespace(call: Call): void {
  const refused = (place: string) =>
    new MeshError('bad-request', `Bad request: Invalid ${place} - Namespaces are a Consul Enterprise feature`);
  if (call.parameters.get('ns') !== '') throw refused('query parameter: "ns"');
  if (call.request.headers['x-consul-namespace']) throw refused('header: "X-Consul-Namespace"');
}

/** `near`, `node-meta` and `filter` of lists. */
export function listArguments(call: Call): ListArguments {
  const { parameters, context } = call;
  const near = parameters.get('near');
  return {
    filter: parameters.get('filter'),
    near: near === '_agent' ? context.settings.node : near,
    nodeMeta: nodeMeta(parameters),
  };
}

const noMeta: ListArguments['nodeMeta'] = {};

function nodeMeta(parameters: Parameters): ListArguments['nodeMeta'] {
  if (!parameters.has('node-meta')) return noMeta;
  const pairs = parameters.all('node-meta').map((pair): [string, string] => {
    const mark = pair.indexOf(':');
    return mark < 0 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)];
  });
  return Object.fromEntries(pairs);
}

function consistencyOf(parameters: Parameters): ReadOptions['consistency'] {
  const stale = parameters.has('stale') || parameters.get('max_stale') !== '';
  const consistent = parameters.has('consistent');
  if (stale && consistent) throw new MeshError('bad-request', 'Cannot specify ?stale with ?consistent, conflicting semantics.');
  if (consistent && parameters.has('cached'))
    throw new MeshError('bad-request', 'Cannot specify ?cached with ?consistent, conflicting semantics.');
  if (consistent) return 'consistent';
  return stale ? 'stale' : parameters.has('leader') ? 'leader' : 'default';
}

/** 0 and less mean the default. */
function waitOf(parameters: Parameters): number {
  const wait = parameters.get('wait');
  return wait === '' ? 0 : Math.max(0, durationOr(wait, 'Invalid wait time'));
}

function indexOf(text: string): number {
  if (text === '') return 0;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > 0xffff_ffff_ffff_ffffn) throw new MeshError('bad-request', 'Invalid index');
  return Number(text);
}

function durationOr(text: string, refusal: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) throw new MeshError('bad-request', refusal, { cause: error });
    throw error;
  }
}

/** `max-age=5` -> 5000, `must-revalidate` -> 0. @throws MeshError `bad-request` when a number is none */
function maxAge(header: string): number | null {
  if (header === '') return null;
  let ageMs: number | null = null;
  for (const directive of header.toLowerCase().split(',')) {
    const [name = '', value] = directive.trim().split('=', 2);
    if (name === 'must-revalidate') ageMs = 0;
    if (value === undefined || (name !== 'max-age' && name !== 'stale-if-error')) continue;
    if (!/^\d+$/.test(value)) throw new MeshError('bad-request', 'Invalid Cache-Control header.');
    if (name === 'max-age') ageMs = Number(value) * 1000;
  }
  return ageMs;
}
