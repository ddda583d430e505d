/** What the routes below `/v1/agent/` have in common. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import type { Call } from '../call.js';
import { type Parameters, parseBoolean } from '../parameters.js';
import { brokenEscape, percentDecode, textOf } from '../path.js';

/**
 * The name or id that the path ends in. Below /v1/agent/ it is unescaped once more, as Consul does: clients write "%" as "%2525" there.
 * @throws MeshError `refused`
 */
export function unescapedName(call: Call): string {
  const bytes = percentDecode(call.rest);
  if (bytes !== null) return textOf(bytes);
  const fault = `invalid URL escape ${goQuote(textOf(brokenEscape(call.rest)))}`;
  throw new MeshError('refused', `failure in unescaping path param ${goQuote(call.name)}: ${fault}`);
}

/** @throws MeshError `bad-request` */
export function maintenanceOf(parameters: Parameters): { readonly enable: boolean; readonly reason: string } {
  if (!parameters.has('enable')) throw new MeshError('bad-request', 'Missing value for enable');
  const given = parameters.get('enable');
  const enable = parseBoolean(given);
  if (enable === null) throw new MeshError('bad-request', `Invalid value for enable: ${goQuote(given)}`);
  return { enable, reason: parameters.get('reason') };
}

/** The entries of a map that a condition holds for; the map itself when there is none. */
export function filtered<T>(map: ReadonlyMap<string, T>, condition: (value: T) => boolean, filter: string): ReadonlyMap<string, T> {
  return filter === '' ? map : new Map([...map].filter(([, value]) => condition(value)));
}
