/** Checks of this node: docs/api/agent.md. */
import { checkAlone, checkFromBody, decodedOrRefused } from '../../model/decode/check-definition.js';
import { parseJson } from '../../model/decode/json.js';
import { field, record, text } from '../../model/decode.js';
import { MeshError } from '../../model/errors.js';
import { compileFilter } from '../../model/filter/filter.js';
import { checkFields } from '../../model/filter/shapes.js';
import type { CheckRecord, CheckStatus } from '../../model/records.js';
import { sendJsonText, sendNothing } from '../answer.js';
import { readBody, readJson } from '../body.js';
import type { Call } from '../call.js';
import { agentChecks } from '../encode/agent.js';
import { refuseNamespace, tokenOf } from '../read-options.js';
import type { Handler, Route } from '../route.js';
import { filtered, unescapedName } from './agent-parameters.js';

const updateBody = record({ Status: field(text, ''), Output: field(text, '') });

export const agentCheckRoutes: readonly Route[] = [
  { path: '/v1/agent/checks', methods: { GET: list }, takes: { GET: { query: ['filter'] } } },
  { path: '/v1/agent/check/register', methods: { PUT: register }, takes: { PUT: { body: checkAlone } } },
  { path: '/v1/agent/check/deregister/', methods: { PUT: deregister } },
  { path: '/v1/agent/check/pass/', methods: { PUT: report('passing') }, takes: { PUT: { query: ['note'] } } },
  { path: '/v1/agent/check/warn/', methods: { PUT: report('warning') }, takes: { PUT: { query: ['note'] } } },
  { path: '/v1/agent/check/fail/', methods: { PUT: report('critical') }, takes: { PUT: { query: ['note'] } } },
  { path: '/v1/agent/check/update/', methods: { PUT: update }, takes: { PUT: { body: updateBody } } },
];

async function list(call: Call): Promise<void> {
  refuseNamespace(call);
  const filter = call.parameters.get('filter');
  return sendJsonText(call, agentChecks(filtered(call.context.agent.checks(), checkCondition(filter), filter)));
}

/** Here alone a wrong selector is told without the words that otherwise stand before it. */
function checkCondition(filter: string): (check: CheckRecord) => boolean {
  try {
    return compileFilter(filter, checkFields);
  } catch (error) {
    const selector = error instanceof MeshError ? /Selector ".*" is not valid$/s.exec(error.message)?.[0] : undefined;
    throw selector === undefined ? error : new MeshError('refused', selector, { cause: error });
  }
}

async function register(call: Call): Promise<void> {
  refuseNamespace(call);
  const body = await readBody(call);
  const definition = checkFromBody(decodedOrRefused(() => parseJson(body)));
  const token = tokenOf(call) || definition.Token;
  await call.context.agent.registerCheck(definition, { source: 'api', token, replaceExistingChecks: false });
  return sendNothing(call);
}

async function deregister(call: Call): Promise<void> {
  const id = unescapedName(call);
  refuseNamespace(call);
  if (id === '') throw new MeshError('refused', 'CheckID missing');
  await call.context.agent.deregisterCheck(id, tokenOf(call));
  return sendNothing(call);
}

/** `pass`, `warn` and `fail` of a TTL check, with `?note=` as its output. */
function report(status: CheckStatus): Handler {
  return async (call) => {
    const id = unescapedName(call);
    refuseNamespace(call);
    await call.context.agent.updateTtl(id, status, call.parameters.get('note'));
    return sendNothing(call);
  };
}

const statuses: Readonly<Record<string, CheckStatus>> = { passing: 'passing', warning: 'warning', critical: 'critical' };

async function update(call: Call): Promise<void> {
  const id = unescapedName(call);
  refuseNamespace(call);
  const { Status, Output } = await readJson(call, updateBody);
  const status = Object.hasOwn(statuses, Status) ? statuses[Status] : undefined;
  if (status === undefined) throw new MeshError('bad-request', `Invalid check status: '${Status}'`);
  await call.context.agent.updateTtl(id, status, Output);
  return sendNothing(call);
}
