/** Body of `/v1/session/create`. Unknown fields are ignored here, alone among the bodies; what is missing has defaults of its own. */
import { DurationError, parseDuration, toNanoseconds } from '../../lib/duration.js';
import { DecodeError, type Decoder, field, isObject, list, record, text } from '../decode.js';
import { MeshError } from '../errors.js';
import type { SessionInput } from '../inputs.js';
import { like } from '../json-schema.js';
import type { SessionRecord } from '../records.js';

const defaultLockDelayNs = 15_000_000_000;

/** "30s", or a number: below 1000 seconds, else nanoseconds. In nanoseconds, as the record shows it. */
const lockDelay: Decoder<number> = (value, spot) => {
  if (typeof value === 'number') return value < 1000 ? value * 1e9 : value;
  try {
    return toNanoseconds(parseDuration(text(value, spot)));
  } catch (error) {
    if (error instanceof DurationError) throw new DecodeError(error.message, { cause: error });
    throw error;
  }
};

const shape = {
  Name: field(text, ''),
  Node: field(text as Decoder<string | null>, null),
  LockDelay: field(lockDelay, defaultLockDelayNs),
  Behavior: field(text, ''),
  TTL: field(text, ''),
  Checks: field(list(text), []),
  NodeChecks: field(list(text) as Decoder<readonly string[] | null>, null),
  ServiceChecks: field(list(record({ ID: field(text, ''), Namespace: field(text, '') })) as Decoder<SessionRecord['ServiceChecks']>, null),
};
const fields = record(shape);
const known = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));

/** `node` is the agent's own, for bodies that name none. @throws MeshError `refused` for a behaviour that does not exist */
export function sessionInput(node: string): Decoder<SessionInput> {
  return like(fields, (value, spot) => {
    const given = knownFields(value);
    const body = fields(given, spot);
    return {
      Name: body.Name,
      Node: body.Node ?? node,
      LockDelay: body.LockDelay,
      Behavior: behavior(body.Behavior),
      TTL: body.TTL,
      NodeChecks: nodeChecks(given, body),
      ServiceChecks: body.ServiceChecks,
    };
  });
}

/** Nothing said: the node's own health. An explicit null is kept as it is; the old name `Checks` turns null into an empty list. */
function nodeChecks(given: unknown, body: ReturnType<typeof fields>): readonly string[] | null {
  if (isObject(given) && Object.hasOwn(given, 'Checks')) return body.Checks;
  if (isObject(given) && Object.hasOwn(given, 'NodeChecks')) return body.NodeChecks;
  return ['serfHealth'];
}

function behavior(name: string): SessionInput['Behavior'] {
  if (name === 'delete' || name === 'release') return name;
  if (name === '') return 'release';
  throw new MeshError('refused', `Invalid Behavior setting '${name}'`);
}

/** The body with the names as the shape spells them and without what it does not know. */
function knownFields(value: unknown): unknown {
  if (!isObject(value)) return value;
  const named = Object.entries(value).map(([key, element]) => [known.get(key.toLowerCase()) ?? '', element] as const);
  return Object.fromEntries(named.filter(([name]) => name !== ''));
}
