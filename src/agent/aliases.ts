/** Where alias checks look: the local state, or the catalog for services of other nodes. */
import type { AliasSource } from '../checks/alias.js';
import type { Backend, QueryOptions } from '../model/backend.js';
import type { LocalState } from './local-state.js';

/** How long one blocking query of another node is held; then it is asked anew whether the service is still there. */
const remoteWaitMs = 60_000;

export function aliasSource(state: LocalState, backend: Backend, token: () => string): AliasSource {
  return {
    local(serviceId, without) {
      const own = serviceId === '' ? [] : state.checksOfService(serviceId);
      const checks = [...own, ...state.checksOfService('')].map(({ record }) => record).filter(({ CheckID }) => CheckID !== without);
      return { serviceExists: state.service(serviceId) !== undefined, checks };
    },
    onLocalChange: (task) => state.onChange((change) => change === 'status' && task()),
    async remote({ node, serviceId }, index, signal) {
      const options: QueryOptions = { token: token(), datacenter: '', minIndex: index, waitMs: remoteWaitMs, consistency: 'stale', signal };
      const checks = await backend.query({ kind: 'health.node', node, filter: '' }, options);
      const { value } = await backend.query({ kind: 'catalog.node', node, filter: '' }, { ...options, minIndex: 0 });
      if (value === null) return { index: checks.index, aliased: null };
      const ofService = checks.value.filter(({ ServiceID }) => ServiceID === serviceId && serviceId !== '');
      const ofNode = checks.value.filter(({ ServiceID }) => ServiceID === '');
      return {
        index: checks.index,
        aliased: { serviceExists: value.Services.some(({ ID }) => ID === serviceId), checks: [...ofService, ...ofNode] },
      };
    },
  };
}
