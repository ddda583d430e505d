/** `/v1/operator/`: docs/api/operator.md. */

import { goQuote } from '../../lib/go-quote.js';
import { decodedOrRefused } from '../../model/decode/check-definition.js';
import { decodeJson } from '../../model/decode/json.js';
import { autopilotSettings } from '../../model/decode/operator.js';
import { MeshError } from '../../model/errors.js';
import { sendBoolean, sendJsonText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { jsonValue } from '../encode/json.js';
import { autopilotJson, healthJson, stateJson, usageJson } from '../encode/operator.js';
import { readParameters } from '../parameter-table.js';
import { readOptions } from '../read-options.js';
import type { Route } from '../route.js';
import { ask } from './operator-ask.js';
import { keyringRoutes } from './operator-keyring.js';

export const operatorRoutes: readonly Route[] = [
  { path: '/v1/operator/raft/configuration', methods: { GET: raftConfiguration }, takes: { GET: { query: readParameters } } },
  { path: '/v1/operator/raft/peer', methods: { DELETE: removePeer }, takes: { DELETE: { query: [...readParameters, 'id', 'address'] } } },
  {
    path: '/v1/operator/autopilot/configuration',
    methods: { GET: autopilot, PUT: setAutopilot },
    takes: { GET: { query: readParameters }, PUT: { query: [...readParameters, 'cas'], body: autopilotSettings } },
  },
  { path: '/v1/operator/autopilot/health', methods: { GET: health }, takes: { GET: { query: readParameters } } },
  { path: '/v1/operator/autopilot/state', methods: { GET: state }, takes: { GET: { query: readParameters } } },
  { path: '/v1/operator/usage', methods: { GET: usage }, takes: { GET: { query: readParameters } } },
  ...keyringRoutes,
];

async function raftConfiguration(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(await ask(call, { kind: 'operator.raft' })));
}

/** A server that is gone takes no vote along; the last one cannot be taken out without losing the store. */
async function removePeer(call: Call): Promise<void> {
  const { parameters } = call;
  const [id, address] = [parameters.get('id'), parameters.get('address')];
  if (id === '' && address === '')
    throw new MeshError(
      'bad-request',
      "Bad request: Must specify either ?id with the server's ID or ?address with IP:port of peer to remove",
    );
  if (id !== '' && address !== '') throw new MeshError('bad-request', 'Bad request: Must specify only one of ?id or ?address');
  const { Servers } = await ask(call, { kind: 'operator.raft' });
  const named = Servers.some((server) => (id === '' ? server.Address === address : server.ID === id));
  const shown = id === '' ? `address ${goQuote(address)}` : `id ${goQuote(id)}`;
  if (!named) throw new MeshError('refused', `${shown} was not found in the Raft configuration`);
  throw new MeshError('refused', `${shown} is the only server: without it nothing is left; use "mesh leave" to stop it`);
}

async function autopilot(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(autopilotJson(await ask(call, { kind: 'operator.autopilot' }))));
}

async function setAutopilot(call: Call): Promise<void> {
  const { token, datacenter } = readOptions(call);
  const body = await readBody(call);
  const settings = decodedOrRefused(() => decodeJson(autopilotSettings, body), 'Bad request: Error parsing autopilot config');
  const cas = casOf(call);
  const write = { kind: 'operator.autopilot' as const, settings, ...(cas !== null && { cas }) };
  return sendBoolean(call, await call.context.backend.write(write, { token, datacenter }));
}

async function health(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(healthJson(await ask(call, { kind: 'operator.health' }))));
}

async function state(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(stateJson(await ask(call, { kind: 'operator.health' }))));
}

async function usage(call: Call): Promise<void> {
  const { datacenter } = readOptions(call);
  const value = await ask(call, { kind: 'operator.usage' });
  return sendJsonText(call, jsonValue(usageJson(datacenter || call.context.settings.datacenter, value)));
}

function casOf(call: Call): number | null {
  const text = call.parameters.get('cas');
  if (text === '') return null;
  if (/^\d+$/.test(text)) return Number(text);
  const fault = `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`;
  throw new MeshError('bad-request', `Bad request: Error parsing cas value: ${fault}`);
}
