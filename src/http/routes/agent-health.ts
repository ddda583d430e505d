/** Health of this node's services, for load balancers that ask the agent itself: the status code alone tells. docs/api/agent.md */

import { MeshError } from '../../model/errors.js';
import { aggregateStatus } from '../../model/health-status.js';
import type { CheckRecord, ServiceRecord } from '../../model/records.js';
import { sendBody, sendJsonText } from '../answer.js';
import type { Call } from '../call.js';
import { agentHealth, agentService } from '../encode/agent.js';
import { Encoded } from '../encode/encoded.js';
import { jsonText } from '../encode/json.js';
import { refuseNamespace } from '../read-options.js';
import type { Route } from '../route.js';
import { unescapedName } from './agent-parameters.js';

export const agentHealthRoutes: readonly Route[] = [
  { path: '/v1/agent/health/service/id/', methods: { GET: byId }, takes: { GET: { query: ['format'] } } },
  { path: '/v1/agent/health/service/name/', methods: { GET: byName }, takes: { GET: { query: ['format'] } } },
];

const httpStatuses = { passing: 200, warning: 429, critical: 503, maintenance: 503 } as const;

async function byId(call: Call): Promise<void> {
  const id = unescapedName(call);
  if (id === '') throw new MeshError('refused', 'Bad request: Missing serviceID');
  refuseNamespace(call);
  const service = call.context.agent.services().get(id);
  if (!service) {
    const reason = `ServiceId ${id} not found`;
    return sendJsonText(call, wantsText(call) ? jsonText(reason) : agentHealth('critical', null, null), reasonHeader(reason), 404);
  }
  const { status, json } = healthOf(call, service);
  return send(call, { status, json });
}

/** The worst instance decides. */
async function byName(call: Call): Promise<void> {
  const name = unescapedName(call);
  if (name === '') throw new MeshError('refused', 'Bad request: Missing service Name');
  refuseNamespace(call);
  const instances = [...call.context.agent.services().values()].filter((service) => service.Service === name);
  if (instances.length === 0) {
    const reason = `ServiceName ${name} Not Found`;
    if (wantsText(call)) return sendPlain(call, 404, reason, reason);
    return sendJsonText(call, '[]', reasonHeader(reason), 404);
  }
  const healths = instances.map((service) => healthOf(call, service));
  const order = ['passing', 'warning', 'critical', 'maintenance'] as const;
  const status = order.findLast((candidate) => healths.some((health) => health.status === candidate)) ?? 'passing';
  return send(call, { status, json: `[${healths.map(({ json }) => json).join(',')}]` });
}

function healthOf(call: Call, service: ServiceRecord): { readonly status: keyof typeof httpStatuses; readonly json: string } {
  const { agent, settings } = call.context;
  const checks = [...agent.checks().values()].filter(({ ServiceID }: CheckRecord) => ServiceID === '' || ServiceID === service.ID);
  const status = aggregateStatus(checks);
  return { status, json: agentHealth(status, agentService(service, { datacenter: settings.datacenter, contentHash: '' }), checks) };
}

function send(call: Call, { status, json }: { readonly status: keyof typeof httpStatuses; readonly json: string }): void {
  if (wantsText(call)) sendPlain(call, httpStatuses[status], status, status);
  else sendJsonText(call, json, reasonHeader(status), httpStatuses[status]);
}

function wantsText(call: Call): boolean {
  return call.parameters.get('format') === 'text' || /^text\/plain\b/.test(call.header('accept'));
}

function sendPlain(call: Call, status: number, text: string, reason: string): void {
  sendBody(call, { status, contentType: 'text/plain', body: new Encoded(text), headers: reasonHeader(reason) });
}

/** Names may hold anything; a header may not. */
function reasonHeader(reason: string): readonly string[] {
  return ['X-Consul-Reason', reason.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')];
}
