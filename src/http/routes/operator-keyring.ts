/** `/v1/operator/keyring` of an agent without gossip encryption: parameters and bodies are judged, then every member says that it has no keyring. */
import { goQuote } from '../../lib/go-quote.js';
import { keyringBody } from '../../model/decode/operator.js';
import { MeshError } from '../../model/errors.js';
import { readJson } from '../body.js';
import type { Call } from '../call.js';
import { parseBoolean } from '../parameters.js';
import type { Route } from '../route.js';

const change = 'No keyring to modify (encryption not enabled)';

export const keyringRoutes: readonly Route[] = [
  {
    path: '/v1/operator/keyring',
    methods: { GET: list, POST: changed, PUT: changed, DELETE: changed },
    takes: {
      GET: { query: ['relay-factor', 'local-only'] },
      POST: { query: ['relay-factor', 'local-only'], body: keyringBody },
      PUT: { query: ['relay-factor', 'local-only'], body: keyringBody },
      DELETE: { query: ['relay-factor', 'local-only'], body: keyringBody },
    },
  },
];

async function list(call: Call): Promise<void> {
  requireParameters(call, { isList: true });
  throw disabled(call, 'Keyring is empty (encryption not enabled)');
}

async function changed(call: Call): Promise<void> {
  requireParameters(call, { isList: false });
  await readJson(call, keyringBody).catch((error: unknown) => {
    throw asBadRequest(error);
  });
  throw disabled(call, change);
}

function requireParameters({ parameters }: Call, { isList }: { readonly isList: boolean }): void {
  const relay = parameters.get('relay-factor');
  if (relay !== '') {
    if (!/^[+-]?\d+$/.test(relay)) throw bad(`Error parsing relay factor: strconv.Atoi: parsing ${goQuote(relay)}: invalid syntax`);
    if (Number(relay) < 0 || Number(relay) > 5) throw bad('Invalid relay-factor: Relay factor must be in range: [0, 5]');
  }
  const local = parameters.get('local-only');
  if (local === '') return;
  const isLocal = parseBoolean(local);
  if (isLocal === null) throw bad(`Error parsing local-only: strconv.ParseBool: parsing ${goQuote(local)}: invalid syntax`);
  if (isLocal && !isList) throw bad('Invalid use of local-only: local-only can only be set for list requests');
}

/** Each pool of members reports for itself, the wide area first. */
function disabled({ context }: Call, text: string): MeshError {
  const { node, datacenter } = context.settings;
  const failed = '1/1 nodes reported failure';
  const faults = [`WAN error: ${failed}`, `${node}.${datacenter}: ${text}`, `${datacenter} (LAN) error: ${failed}`, `${node}: ${text}`];
  return new MeshError('refused', `4 errors occurred:\n${faults.map((fault) => `\t* ${fault}\n`).join('')}\n`);
}

function bad(text: string): MeshError {
  return new MeshError('bad-request', `Bad request: ${text}`);
}

function asBadRequest(error: unknown): unknown {
  return error instanceof MeshError && error.code === 'bad-request' ? bad(error.message) : error;
}
