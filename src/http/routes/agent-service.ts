/** Services of this node: docs/api/agent.md. */

import { goQuote } from '../../lib/go-quote.js';
import { decodedOrRefused } from '../../model/decode/check-definition.js';
import { parseJson } from '../../model/decode/json.js';
import { service, serviceFromBody } from '../../model/decode/service-definition.js';
import { MeshError } from '../../model/errors.js';
import { compileFilter } from '../../model/filter/filter.js';
import { serviceFields } from '../../model/filter/shapes.js';
import { sendJsonText, sendNothing } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { agentService, agentServices } from '../encode/agent.js';
import { readParameters } from '../parameter-table.js';
import { parseBoolean } from '../parameters.js';
import { whileConnected } from '../read.js';
import { readOptions, refuseNamespace, tokenOf } from '../read-options.js';
import type { Route } from '../route.js';
import { filtered, maintenanceOf, unescapedName } from './agent-parameters.js';

export const agentServiceRoutes: readonly Route[] = [
  { path: '/v1/agent/services', methods: { GET: list }, takes: { GET: { query: ['filter'] } } },
  { path: '/v1/agent/service/', methods: { GET: get }, takes: { GET: { query: [...readParameters, 'hash'] } } },
  { path: '/v1/agent/service/register', methods: { PUT: register }, takes: { PUT: { query: ['replace-existing-checks'], body: service } } },
  { path: '/v1/agent/service/deregister/', methods: { PUT: deregister } },
  { path: '/v1/agent/service/maintenance/', methods: { PUT: maintenance }, takes: { PUT: { query: ['enable', 'reason'] } } },
];

async function list(call: Call): Promise<void> {
  refuseNamespace(call);
  const { agent, settings } = call.context;
  const filter = call.parameters.get('filter');
  const services = filtered(agent.services(), compileFilter(filter, serviceFields), filter);
  return sendJsonText(call, agentServices(services, settings.datacenter));
}

/** Waits while the definition still has the `?hash=` given. */
async function get(call: Call): Promise<void> {
  const { waitMs } = readOptions(call);
  refuseNamespace(call);
  const { agent, settings } = call.context;
  const id = unescapedName(call);
  const hash = call.parameters.get('hash');
  if (hash !== '' && agent.services().has(id) && agent.serviceHash(id) === hash)
    await whileConnected(call, (signal) => agent.serviceChanged(id, hash, waitMs, signal));
  const service = agent.services().get(id);
  if (!service) throw new MeshError('not-found', `unknown service ID: ${id}`);
  const contentHash = agent.serviceHash(id);
  const json = agentService(service, { datacenter: settings.datacenter, contentHash });
  return sendJsonText(call, json, ['X-Consul-ContentHash', contentHash]);
}

async function register(call: Call): Promise<void> {
  refuseNamespace(call);
  const body = await readBody(call);
  const definition = serviceFromBody(decodedOrRefused(() => parseJson(body)));
  await call.context.agent.registerService(definition, {
    source: 'api',
    token: tokenOf(call) || definition.Token,
    replaceExistingChecks: replacesChecks(call),
  });
  return sendNothing(call);
}

function replacesChecks({ parameters }: Call): boolean {
  const given = parameters.get('replace-existing-checks');
  return given === '' ? parameters.has('replace-existing-checks') : (parseBoolean(given) ?? false);
}

async function deregister(call: Call): Promise<void> {
  const id = unescapedName(call);
  refuseNamespace(call);
  if (id === '') throw new MeshError('refused', 'ServiceID missing');
  await call.context.agent.deregisterService(id, tokenOf(call));
  return sendNothing(call);
}

async function maintenance(call: Call): Promise<void> {
  const id = unescapedName(call);
  if (id === '') throw new MeshError('bad-request', 'Missing service ID');
  const { enable, reason } = maintenanceOf(call.parameters);
  refuseNamespace(call);
  const { agent } = call.context;
  if (!agent.services().has(id)) throw new MeshError('not-found', `No service registered with ID ${goQuote(id)}`);
  await agent.setServiceMaintenance(id, enable, reason, tokenOf(call));
  return sendNothing(call);
}
