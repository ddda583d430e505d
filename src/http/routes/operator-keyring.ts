/** `/v1/operator/keyring`: docs/api/operator.md. A lone server stands for both pools of members, the wide area and its datacenter. */
import type { Keyring } from '../../agent/node-control.js';
import { goQuote } from '../../lib/go-quote.js';
import { keyringBody } from '../../model/decode/operator.js';
import { MeshError } from '../../model/errors.js';
import { sendJsonText, sendNothing } from '../answer.js';
import { readJson } from '../body.js';
import type { Call } from '../call.js';
import { jsonValue } from '../encode/json.js';
import { parseBoolean } from '../parameters.js';
import type { Handler, Route } from '../route.js';

export const keyringRoutes: readonly Route[] = [
  {
    path: '/v1/operator/keyring',
    methods: {
      GET: list,
      POST: changing((ring, key) => ring.install(key)),
      PUT: changing((ring, key) => ring.use(key)),
      DELETE: changing((ring, key) => ring.remove(key)),
    },
    takes: {
      GET: { query: ['relay-factor', 'local-only'] },
      POST: { query: ['relay-factor', 'local-only'], body: keyringBody },
      PUT: { query: ['relay-factor', 'local-only'], body: keyringBody },
      DELETE: { query: ['relay-factor', 'local-only'], body: keyringBody },
    },
  },
];

/** `local-only` asks the datacenter alone. */
async function list(call: Call): Promise<void> {
  const isLocal = requireParameters(call, { isList: true });
  const { node, settings } = call.context;
  if (!node.keyring) throw refusedByAll(call, 'Keyring is empty (encryption not enabled)');
  const [primary = ''] = node.keyring.keys;
  const Keys = Object.fromEntries(node.keyring.keys.map((key) => [key, 1]));
  const pool = { Datacenter: settings.datacenter, Segment: '', Keys, PrimaryKeys: { [primary]: 1 }, NumNodes: 1 };
  const pools = isLocal ? [{ WAN: false, ...pool }] : [true, false].map((WAN) => ({ WAN, ...pool }));
  return sendJsonText(call, jsonValue(pools));
}

function changing(change: (ring: Keyring, key: string) => Promise<void>): Handler {
  return async (call) => {
    requireParameters(call, { isList: false });
    const { Key } = await readJson(call, keyringBody).catch((error: unknown) => {
      throw asBadRequest(error);
    });
    const { keyring } = call.context.node;
    if (!keyring) throw refusedByAll(call, 'No keyring to modify (encryption not enabled)');
    try {
      await change(keyring, Key);
    } catch (error) {
      throw error instanceof MeshError ? refusedByAll(call, error.message) : error;
    }
    return sendNothing(call);
  };
}

/** @returns whether only this datacenter is meant */
function requireParameters({ parameters }: Call, { isList }: { readonly isList: boolean }): boolean {
  const relay = parameters.get('relay-factor');
  if (relay !== '') {
    if (!/^[+-]?\d+$/.test(relay)) throw bad(`Error parsing relay factor: strconv.Atoi: parsing ${goQuote(relay)}: invalid syntax`);
    if (Number(relay) < 0 || Number(relay) > 5) throw bad('Invalid relay-factor: Relay factor must be in range: [0, 5]');
  }
  const local = parameters.get('local-only');
  if (local === '') return false;
  const isLocal = parseBoolean(local);
  if (isLocal === null) throw bad(`Error parsing local-only: strconv.ParseBool: parsing ${goQuote(local)}: invalid syntax`);
  if (isLocal && !isList) throw bad('Invalid use of local-only: local-only can only be set for list requests');
  return isLocal;
}

/** Each pool of members reports for itself, the wide area first. */
function refusedByAll({ context }: Call, text: string): MeshError {
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
