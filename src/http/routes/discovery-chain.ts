/** `/v1/discovery-chain/`: docs/api/discovery-chain.md. */

import { parseJson } from '../../model/decode/json.js';
import { DecodeError, decodeBody, duration, field, isObject, record, text } from '../../model/decode.js';
import { type ChainOverrides, noOverrides } from '../../model/discovery-chain/chain.js';
import { MeshError } from '../../model/errors.js';
import { sendJson } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { chainBody } from '../encode/config.js';
import { catalogMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { readCached } from '../read.js';
import { readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';

const overridesShape = record({
  OverrideProtocol: field(text, ''),
  OverrideConnectTimeout: field(duration, 0),
  OverrideMeshGateway: field(record({ Mode: field(text, '') }), { Mode: '' }),
});

export const discoveryChainRoutes: readonly Route[] = [
  {
    path: '/v1/discovery-chain/',
    methods: { GET: (call) => chain(call, noOverrides), POST: overridden },
    takes: { GET: { query: [...readParameters, 'compile-dc'] }, POST: { query: [...readParameters, 'compile-dc'], body: overridesShape } },
  },
];

async function overridden(call: Call): Promise<void> {
  return chain(call, await readOverrides(call));
}

async function chain(call: Call, overrides: ChainOverrides): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  if (call.rest === '') throw new MeshError('bad-request', 'Bad request: Missing chain name');
  const query = { kind: 'discovery-chain' as const, service: call.name, evaluateIn: call.parameters.get('compile-dc'), overrides };
  const { value, headers } = await readCached(call, query, options, catalogMeta);
  return sendJson(call, chainBody(value), headers);
}

/** Names that the body should not have are ignored. */
async function readOverrides(call: Call): Promise<ChainOverrides> {
  const body = await readBody(call);
  try {
    const { OverrideProtocol, OverrideConnectTimeout, OverrideMeshGateway } = decodeBody(overridesShape, knownOf(parseJson(body)));
    return {
      protocol: OverrideProtocol.toLowerCase(),
      connectTimeoutMs: OverrideConnectTimeout,
      meshGatewayMode: OverrideMeshGateway.Mode,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new MeshError('bad-request', `Bad request: Request decoding failed: ${error.message}`, { cause: error });
  }
}

function knownOf(body: unknown): unknown {
  if (!isObject(body)) return body;
  const known = ['overrideprotocol', 'overrideconnecttimeout', 'overridemeshgateway'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name.toLowerCase())));
}
