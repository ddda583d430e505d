/** `/v1/catalog/`: docs/api/catalog.md. */

import { deregistration, registration } from '../../model/decode/catalog.js';
import { MeshError } from '../../model/errors.js';
import { sendBoolean, sendJson, sendJsonText } from '../answer.js';
import { readJson } from '../body.js';
import type { Call } from '../call.js';
import { instancesBody, nodeServiceListBody, nodeServicesBody, nodesBody, summariesBody } from '../encode/catalog.js';
import { Encoded } from '../encode/encoded.js';
import { jsonTexts } from '../encode/json.js';
import { catalogMeta } from '../meta.js';
import { listParameters, readParameters } from '../parameter-table.js';
import { read, readCached } from '../read.js';
import { listArguments, readOptions, refuseNamespace, tokenOf } from '../read-options.js';
import type { Handler, Route } from '../route.js';

export const catalogRoutes: readonly Route[] = [
  { path: '/v1/catalog/register', methods: { PUT: register }, takes: { PUT: { body: registration } } },
  { path: '/v1/catalog/deregister', methods: { PUT: deregister }, takes: { PUT: { body: deregistration } } },
  { path: '/v1/catalog/datacenters', methods: { GET: datacenters }, takes: { GET: { query: readParameters } } },
  { path: '/v1/catalog/nodes', methods: { GET: nodes }, takes: { GET: { query: listParameters } } },
  { path: '/v1/catalog/services', methods: { GET: services }, takes: { GET: { query: listParameters } } },
  { path: '/v1/catalog/service/', methods: { GET: instances(false) }, takes: { GET: { query: [...listParameters, 'tag'] } } },
  { path: '/v1/catalog/connect/', methods: { GET: instances(true) }, takes: { GET: { query: [...listParameters, 'tag'] } } },
  { path: '/v1/catalog/node/', methods: { GET: node }, takes: { GET: { query: [...readParameters, 'filter'] } } },
  { path: '/v1/catalog/node-services/', methods: { GET: nodeServices }, takes: { GET: { query: [...readParameters, 'filter'] } } },
];

async function register(call: Call): Promise<void> {
  refuseNamespace(call);
  const { node, skipNodeUpdate, service, checks, token } = await readJson(call, registration);
  const { backend, settings } = call.context;
  const options = { token: tokenOf(call) || token, datacenter: node.Datacenter };
  const named = { ...node, Datacenter: node.Datacenter || settings.datacenter };
  await backend.write({ kind: 'catalog.register', node: named, skipNodeUpdate, service, checks }, options);
  return sendBoolean(call, true);
}

async function deregister(call: Call): Promise<void> {
  refuseNamespace(call);
  const { Node, ServiceID, CheckID, Datacenter, Token } = await readJson(call, deregistration);
  const options = { token: tokenOf(call) || Token, datacenter: Datacenter };
  await call.context.backend.write({ kind: 'catalog.deregister', node: Node, serviceId: ServiceID, checkId: CheckID }, options);
  return sendBoolean(call, true);
}

/** Known to every agent; asks no other datacenter and cannot wait, so it carries no meta headers. */
async function datacenters(call: Call): Promise<void> {
  const { cached, ...options } = readOptions(call);
  const local = { ...options, cached, datacenter: '', minIndex: 0 };
  const { value, headers } = await readCached(call, { kind: 'catalog.datacenters' }, local, { consistency: false, onError: false });
  return sendJsonText(call, jsonTexts(value), cached ? headers.slice(headers.indexOf('X-Cache')) : []);
}

async function nodes(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'catalog.nodes', ...listArguments(call) }, options, catalogMeta);
  return sendJson(call, nodesBody(value), headers);
}

async function services(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  // A filter has never had an effect here.
  const { nodeMeta } = listArguments(call);
  const { value, headers } = await readCached(call, { kind: 'catalog.services', nodeMeta, filter: '' }, options, catalogMeta);
  return sendJson(call, summariesBody(value), headers);
}

function instances(connect: boolean): Handler {
  return async (call) => {
    const options = readOptions(call);
    refuseNamespace(call);
    const query = {
      kind: 'catalog.service' as const,
      ...listArguments(call),
      service: requireName(call, 'service'),
      tags: call.parameters.all('tag'),
      connect,
    };
    const { value, headers } = await readCached(call, query, options, catalogMeta);
    return sendJson(call, instancesBody(value), headers);
  };
}

const nullBody = new Encoded('null');
const emptyListBody = new Encoded('{"Node":null,"Services":null}');

async function node(call: Call): Promise<void> {
  const { value, headers } = await readNode(call);
  return sendJson(call, value === null ? nullBody : nodeServicesBody(value), headers);
}

async function nodeServices(call: Call): Promise<void> {
  const { value, headers } = await readNode(call);
  return sendJson(call, value === null ? emptyListBody : nodeServiceListBody(value), headers);
}

function readNode(call: Call) {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = { kind: 'catalog.node' as const, node: requireName(call, 'node'), filter: call.parameters.get('filter') };
  return read(call, query, options, catalogMeta);
}

/** @throws MeshError `bad-request` "Missing node name" */
export function requireName(call: Call, what: string): string {
  if (call.rest === '') throw new MeshError('bad-request', `Missing ${what} name`);
  return call.name;
}
