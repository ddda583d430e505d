/** What gateways serve: docs/api/catalog.md and docs/api/health.md. */

import { MeshError } from '../../model/errors.js';
import { sendJson } from '../answer.js';
import type { Call } from '../call.js';
import { healthBody } from '../encode/catalog.js';
import { gatewayServicesBody } from '../encode/config.js';
import { catalogMeta, healthServiceMeta } from '../meta.js';
import { listParameters, readParameters } from '../parameter-table.js';
import { parseBoolean } from '../parameters.js';
import { read } from '../read.js';
import { listArguments, readOptions, refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';
import { requireName } from './catalog.js';

export const gatewayRoutes: readonly Route[] = [
  { path: '/v1/catalog/gateway-services/', methods: { GET: services }, takes: { GET: { query: readParameters } } },
  { path: '/v1/health/ingress/', methods: { GET: ingress }, takes: { GET: { query: [...listParameters, 'passing'] } } },
];

async function services(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const { value, headers } = await read(call, { kind: 'gateway.services', gateway: requireName(call, 'gateway') }, options, catalogMeta);
  return sendJson(call, gatewayServicesBody(value), headers);
}

async function ingress(call: Call): Promise<void> {
  const options = readOptions(call);
  refuseNamespace(call);
  const query = {
    kind: 'health.ingress' as const,
    ...listArguments(call),
    service: requireName(call, 'service'),
    passing: passing(call),
  };
  const { value, headers } = await read(call, query, options, healthServiceMeta);
  return sendJson(call, healthBody(value), headers);
}

function passing({ parameters }: Call): boolean {
  const given = parameters.get('passing');
  const wanted = given === '' ? parameters.has('passing') : parseBoolean(given);
  if (wanted === null) throw new MeshError('bad-request', 'Invalid value for ?passing');
  return wanted;
}
