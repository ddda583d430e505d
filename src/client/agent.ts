/** `/v1/agent`: the node that is asked. */
import type { CheckRecord, Member, ServiceRecord } from '../model/records.js';
import type { Api, RequestOptions } from './api.js';
import { checkRecord, listOf, object, serviceRecord } from './decode.js';
import { ignoreBody, jsonBody, parseJson } from './json.js';
import { escapeSegment, type Parameters } from './url.js';

export interface AgentSelf {
  readonly Config: Readonly<Record<string, unknown>>;
  readonly Member: Member;
  /** Section -> name -> figure. */
  readonly Stats: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly Meta: Readonly<Record<string, string>> | null;
}

export interface MaintenanceOptions extends RequestOptions {
  readonly reason: string;
}

export interface AgentClient {
  self(options?: RequestOptions): Promise<AgentSelf>;
  members(options?: RequestOptions & { readonly wan?: boolean; readonly segment?: string }): Promise<readonly Member[]>;
  /** By service id. */
  services(options?: RequestOptions): Promise<ReadonlyMap<string, ServiceRecord>>;
  /** By check id. */
  checks(options?: RequestOptions): Promise<ReadonlyMap<string, CheckRecord>>;
  /** The body of `/v1/agent/service/register`, in the API's spelling. */
  registerService(definition: object, options?: RequestOptions): Promise<void>;
  deregisterService(id: string, options?: RequestOptions): Promise<void>;
  registerCheck(definition: object, options?: RequestOptions): Promise<void>;
  deregisterCheck(id: string, options?: RequestOptions): Promise<void>;
  /** A TTL check's heartbeat. */
  updateCheck(id: string, update: { readonly Status: string; readonly Output: string }, options?: RequestOptions): Promise<void>;
  enableNodeMaintenance(options: MaintenanceOptions): Promise<void>;
  disableNodeMaintenance(options?: RequestOptions): Promise<void>;
  enableServiceMaintenance(id: string, options: MaintenanceOptions): Promise<void>;
  disableServiceMaintenance(id: string, options?: RequestOptions): Promise<void>;
  reload(options?: RequestOptions): Promise<void>;
  /** Resolves when the agent has left; it stops then. */
  leave(options?: RequestOptions): Promise<void>;
}

export function agentClient(api: Api): AgentClient {
  const put = (path: string, options: RequestOptions, { parameters = [], body }: { parameters?: Parameters; body?: object } = {}) =>
    api.write({ path: `/agent/${path}`, parameters, options, ...(body ? { body: jsonBody(body) } : {}), decode: ignoreBody });
  const named = (path: string, id: string) => `${path}/${escapeSegment(id)}`;
  return {
    self: async (options = {}) =>
      (await api.read({ path: '/agent/self', options, decode: (body) => object(parseJson(body)) as unknown as AgentSelf })).value,
    members: async ({ wan = false, segment, ...options } = {}) => {
      const parameters = [...(segment === undefined ? [] : [['segment', segment] as const]), ...(wan ? [['wan', '1'] as const] : [])];
      return (
        await api.read({ path: '/agent/members', parameters, options, decode: listOf((value) => object(value) as unknown as Member) })
      ).value;
    },
    services: async (options = {}) =>
      (await api.read({ path: '/agent/services', options, decode: mapOf((value) => serviceRecord(value, '')) })).value,
    checks: async (options = {}) => (await api.read({ path: '/agent/checks', options, decode: mapOf(checkRecord) })).value,
    registerService: (definition, options = {}) => put('service/register', options, { body: definition }),
    deregisterService: (id, options = {}) => put(named('service/deregister', id), options),
    registerCheck: (definition, options = {}) => put('check/register', options, { body: definition }),
    deregisterCheck: (id, options = {}) => put(named('check/deregister', id), options),
    updateCheck: (id, update, options = {}) => put(named('check/update', id), options, { body: update }),
    enableNodeMaintenance: ({ reason, ...options }) => put('maintenance', options, { parameters: enabling(reason) }),
    disableNodeMaintenance: (options = {}) => put('maintenance', options, { parameters: disabling }),
    enableServiceMaintenance: (id, { reason, ...options }) =>
      put(named('service/maintenance', id), options, { parameters: enabling(reason) }),
    disableServiceMaintenance: (id, options = {}) => put(named('service/maintenance', id), options, { parameters: disabling }),
    reload: (options = {}) => put('reload', options),
    leave: (options = {}) => put('leave', options),
  };
}

const disabling: Parameters = [['enable', 'false']];

function enabling(reason: string): Parameters {
  return [
    ['enable', 'true'],
    ['reason', reason],
  ];
}

function mapOf<T>(decode: (value: unknown) => T): (body: Buffer) => ReadonlyMap<string, T> {
  return (body) => new Map(Object.entries(object(parseJson(body) ?? {})).map(([id, value]) => [id, decode(value)]));
}
