/**
 * A watch as a configuration file defines it: `{"type": "key", "key": "a", "args": ["notify"]}`. The texts of refusals are Consul's,
 * and so is their order: type, what the type needs, what is left over, handler.
 */
import { formatJson } from '../src/lib/go-json.js';
import { MeshError } from '../src/model/errors.js';
import { decodeHandler, handlerParameters } from './handler-definition.js';
import { Parameters } from './parameters.js';
import type { WatchDefinition, WatchPlan } from './plan.js';

/** Types that belong to the service mesh: Consul's agent uses them inside and refuses them in files. */
const reservedTypes: readonly string[] = ['connect_roots', 'connect_leaf', 'agent_service'];

/** @throws MeshError `config-invalid` */
export function decodeWatch(definition: Readonly<Record<string, unknown>>): WatchDefinition {
  const type = definition.type;
  if (typeof type === 'string' && reservedTypes.includes(type)) throw refusal(`Watch type ${type} is not allowed in agent config`);
  const own = Object.fromEntries(Object.entries(definition).filter(([name]) => !handlerParameters.includes(name)));
  const handlerOnly = Object.fromEntries(Object.entries(definition).filter(([name]) => handlerParameters.includes(name)));
  // A handler type nobody knows is told before the rest; a missing handler after it.
  const handler = decodeHandler(handlerOnly);
  const plan = explained(definition, () => decodePlan(own));
  if (handler === null) throw refusal('Must define a watch handler');
  return { plan, handler };
}

/**
 * Only what is to be watched; every name must be one that the type knows.
 * @throws MeshError `config-invalid`, e.g. `Must specify a single key to watch`, `Invalid parameters: [prefix]`
 */
export function decodePlan(definition: Readonly<Record<string, unknown>>): WatchPlan {
  const parameters = new Parameters(definition);
  const common = { datacenter: parameters.text('datacenter'), token: parameters.text('token') };
  const type = parameters.text('type');
  if (type === '') throw refusal('Watch type must be specified');
  const options = { ...common, stale: type === 'event' ? false : parameters.boolean('stale') };
  const plan = { ...planOf(type, parameters), ...options };
  const unknown = parameters.left();
  if (unknown.length > 0) throw refusal(`Invalid parameters: [${unknown.join(' ')}]`);
  return plan;
}

type BarePlan = WatchPlan extends infer P ? (P extends WatchPlan ? Omit<P, 'datacenter' | 'token' | 'stale'> : never) : never;

function planOf(type: string, parameters: Parameters): BarePlan {
  switch (type) {
    case 'key':
      return { kind: type, key: parameters.required('key', 'key') };
    case 'keyprefix':
      return { kind: type, prefix: parameters.required('prefix', 'prefix') };
    case 'services':
    case 'nodes':
      return { kind: type };
    case 'service':
      return {
        kind: type,
        service: parameters.required('service', 'service'),
        tags: parameters.texts('tag'),
        passingOnly: parameters.boolean('passingonly'),
      };
    case 'checks':
      return checksPlan(parameters);
    case 'event':
      return { kind: type, name: parameters.text('name') };
    default:
      throw refusal(`Unsupported watch type: ${type}`);
  }
}

function checksPlan(parameters: Parameters): BarePlan {
  const [service, state] = [parameters.text('service'), parameters.text('state')];
  if (service !== '' && state !== '') throw refusal('Cannot specify service and state');
  return { kind: 'checks', service, state };
}

/** Names the definition a refusal is about, without its token. */
function explained<T>(definition: Readonly<Record<string, unknown>>, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    const { token: _secret, ...shown } = definition;
    throw new MeshError('config-invalid', `Failed to parse watch (${formatJson(shown)}): ${error.message}`, { cause: error });
  }
}

function refusal(text: string): MeshError {
  return new MeshError('config-invalid', text);
}
