/** `/v1/agent/`, the node itself: docs/api/agent.md. Services and checks are in files of their own. */
import { MeshError } from '../../model/errors.js';
import { sendJsonText, sendNothing } from '../answer.js';
import type { Call } from '../call.js';
import { members } from '../encode/agent.js';
import { jsonValue } from '../encode/json.js';
import { tokenOf } from '../read-options.js';
import type { Route } from '../route.js';
import { agentCheckRoutes } from './agent-check.js';
import { agentHealthRoutes } from './agent-health.js';
import { agentInsideRoutes } from './agent-inside.js';
import { maintenanceOf, unescapedName } from './agent-parameters.js';
import { agentServiceRoutes } from './agent-service.js';

export const agentRoutes: readonly Route[] = [
  { path: '/v1/agent/self', methods: { GET: self } },
  { path: '/v1/agent/members', methods: { GET: listMembers }, takes: { GET: { query: ['segment', 'wan'] } } },
  { path: '/v1/agent/reload', methods: { PUT: reload } },
  { path: '/v1/agent/leave', methods: { PUT: leave } },
  { path: '/v1/agent/join/', methods: { PUT: join }, takes: { PUT: { query: ['wan'] } } },
  { path: '/v1/agent/force-leave/', methods: { PUT: forceLeave }, takes: { PUT: { query: ['prune'] } } },
  { path: '/v1/agent/maintenance', methods: { PUT: maintenance }, takes: { PUT: { query: ['enable', 'reason'] } } },
  ...agentInsideRoutes,
  ...agentServiceRoutes,
  ...agentCheckRoutes,
  ...agentHealthRoutes,
];

async function self(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(call.context.node.self()));
}

async function listMembers(call: Call): Promise<void> {
  const segment = call.parameters.get('segment');
  const wan = call.parameters.get('wan') !== '';
  if (wan && segment !== '' && segment !== '_all') throw new MeshError('bad-request', 'Cannot provide a segment with wan=true');
  if (segment !== '' && segment !== '_all') throw new MeshError('refused', 'Network segments are not supported in this version of Consul');
  return sendJsonText(call, members(call.context.node.members({ wan, segment })));
}

async function reload(call: Call): Promise<void> {
  await call.context.node.reload();
  return sendNothing(call);
}

async function leave(call: Call): Promise<void> {
  await call.context.node.leave();
  return sendNothing(call);
}

async function join(call: Call): Promise<void> {
  await call.context.node.join(unescapedName(call), { wan: call.parameters.get('wan') !== '' });
  return sendNothing(call);
}

async function forceLeave(call: Call): Promise<void> {
  await call.context.node.forceLeave(unescapedName(call), { prune: call.parameters.has('prune') });
  return sendNothing(call);
}

async function maintenance(call: Call): Promise<void> {
  const { enable, reason } = maintenanceOf(call.parameters);
  await call.context.agent.setNodeMaintenance(enable, reason, tokenOf(call));
  return sendNothing(call);
}
