/** From parsed JSON or HCL to an entry in its kept form. */
import { DecodeError, isObject } from '../decode.js';
import { MeshError } from '../errors.js';
import { type JsonSchema, withSchema } from '../json-schema.js';
import type { ConfigEntryInput } from './entry.js';
import { normalised } from './normalise.js';
import { readFields, schemaOfFields } from './schema.js';
import { type EntryKind, entryKinds, fieldsOf, isEntryKind } from './shapes.js';

/** @throws DecodeError */
export function decodeConfigEntry(value: unknown): ConfigEntryInput {
  if (!isObject(value)) throw new DecodeError('a config entry is an object with a kind');
  const kind = requireKind(value);
  const { CreateIndex: _created, ModifyIndex: _modified, ...fields } = readFields(fieldsOf(kind), value);
  return normalised({ ...fields, Kind: kind, Name: nameOf(kind, fields) } as unknown as ConfigEntryInput);
}

withSchema(decodeConfigEntry, () => ({ oneOf: entryKinds.map(schemaOfKind) }));

function schemaOfKind(kind: EntryKind): JsonSchema {
  const { properties, ...schema } = schemaOfFields(fieldsOf(kind));
  return { ...schema, properties: { ...properties, Kind: { const: kind } }, required: ['Kind'] };
}

/** @throws MeshError `refused`: for kinds that come in paths */
export function knownKind(kind: string): EntryKind {
  if (isEntryKind(kind)) return kind;
  throw new MeshError('refused', `invalid config entry kind: ${kind}`);
}

function requireKind(value: Readonly<Record<string, unknown>>): EntryKind {
  const kind = value.Kind ?? value.kind;
  if (kind === undefined) throw new DecodeError('Payload does not contain a kind/Kind key at the top level');
  if (typeof kind !== 'string') throw new DecodeError('Kind value in payload is not a string');
  if (!isEntryKind(kind)) throw new DecodeError(`invalid config entry kind: ${kind}`);
  return kind;
}

/** Two kinds exist once: whatever they are called, they are kept under the one name. */
function nameOf(kind: EntryKind, { Name }: Readonly<Record<string, unknown>>): string {
  if (kind === 'proxy-defaults') return 'global';
  return kind === 'mesh' ? 'mesh' : typeof Name === 'string' ? Name : '';
}
