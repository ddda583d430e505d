/** `/v1/health`. */
import type { HealthEntry } from '../model/catalog-answers.js';
import type { CheckRecord } from '../model/records.js';
import type { Api, Reply } from './api.js';
import { checkRecord, healthEntry, listOf } from './decode.js';
import { type InstanceOptions, instanceParameters, type ListOptions, listParameters } from './list-options.js';
import { escapeSegment } from './url.js';

export interface HealthServiceOptions extends InstanceOptions {
  /** Leave instances with a check that does not pass out. */
  readonly passing?: boolean;
  /** Connect-capable instances of the service instead of the service itself. */
  readonly connect?: boolean;
}

export interface HealthClient {
  /** Instances with their node and checks; [] when there are none. */
  service(name: string, options?: HealthServiceOptions): Promise<Reply<readonly HealthEntry[]>>;
  /** Checks of a service's instances. */
  checks(service: string, options?: ListOptions): Promise<Reply<readonly CheckRecord[]>>;
  node(node: string, options?: ListOptions): Promise<Reply<readonly CheckRecord[]>>;
  /** `state`: passing, warning, critical, or any. */
  state(state: string, options?: ListOptions): Promise<Reply<readonly CheckRecord[]>>;
}

export function healthClient(api: Api): HealthClient {
  const checks = (kind: string, name: string, options: ListOptions) =>
    api.read({ path: `/health/${kind}/${escapeSegment(name)}`, parameters: listParameters(options), options, decode: listOf(checkRecord) });
  return {
    service: (name, { passing = false, connect = false, ...options } = {}) =>
      api.read({
        path: `/health/${connect ? 'connect' : 'service'}/${escapeSegment(name)}`,
        parameters: [...instanceParameters(options), ...(passing ? [['passing', '1'] as const] : [])],
        options,
        decode: listOf(healthEntry),
      }),
    checks: (service, options = {}) => checks('checks', service, options),
    node: (node, options = {}) => checks('node', node, options),
    state: (state, options = {}) => checks('state', state, options),
  };
}
