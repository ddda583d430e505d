import { compileChain } from '../../model/discovery-chain/compile.js';
import type { StateView } from '../../state/state.js';
import { tableTopic } from '../../state/topics.js';
import { requireConnect, trustDomainOf } from '../connect.js';
import type { Read } from './read.js';

const configIndex = ({ config }: StateView) => config.index;

export const discoveryChain: Read<'discovery-chain'> = {
  index: configIndex,
  version: configIndex,
  touched: () => [tableTopic('config')],
  value: (view, { service, evaluateIn, overrides }, { datacenter }) => {
    const request = { service, datacenter: evaluateIn || datacenter, trustDomain: trustDomainOf(view), overrides };
    return compileChain(view.config, request);
  },
  memoKey: ({ service, evaluateIn, overrides }) => JSON.stringify([service, evaluateIn, overrides]),
  refuse: (_query, surroundings) => requireConnect(surroundings),
};
