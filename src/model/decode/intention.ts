/** Bodies of `/v1/connect/intentions`. What the agent fills in itself may be sent back and is not looked at. */
import type { IntentionPermission } from '../config-entry/entry.js';
import { filled, listOf, mapOf, number, readFields, schemaOfFields, text } from '../config-entry/schema.js';
import { permissionShape } from '../config-entry/shapes.js';
import { MeshError } from '../errors.js';
import type { IntentionInput } from '../intention.js';
import { withSchema } from '../json-schema.js';

const fields = {
  ID: filled(text),
  Description: filled(text),
  SourceNS: filled(text),
  SourceName: filled(text),
  DestinationNS: filled(text),
  DestinationName: filled(text),
  SourceType: filled(text),
  Action: filled(text),
  Permissions: filled(listOf(permissionShape)),
  DefaultAddr: filled(text),
  DefaultPort: filled(number),
  Meta: filled(mapOf(text)),
  Precedence: filled(number),
  CreatedAt: filled(text),
  UpdatedAt: filled(text),
  Hash: filled(text),
  CreateIndex: filled(number),
  ModifyIndex: filled(number),
};

/** @throws DecodeError; MeshError `bad-request` for namespaces */
export function intentionInput(value: unknown): IntentionInput {
  const body = readFields(fields, value);
  for (const name of ['SourceNS', 'DestinationNS']) refuseOtherNamespace(name, textIn(body, name));
  return {
    SourceName: textIn(body, 'SourceName'),
    DestinationName: textIn(body, 'DestinationName'),
    SourceType: textIn(body, 'SourceType'),
    Action: textIn(body, 'Action'),
    Description: textIn(body, 'Description'),
    Permissions: (body.Permissions ?? []) as readonly IntentionPermission[],
    Meta: (body.Meta ?? {}) as Readonly<Record<string, string>>,
  };
}

withSchema(intentionInput, () => schemaOfFields(fields));

/** "web", or "default/web". @param parameter names it in the refusal. @throws MeshError `refused`, `bad-request` */
export function intentionName(given: string, parameter: string): string {
  const parts = given.split('/');
  if (parts.length > 2) throw new MeshError('refused', `error parsing '${parameter}' query parameter: input can contain at most one '/'`);
  const [namespace, name] = parts.length === 2 ? parts : ['', ...parts];
  refuseOtherNamespace(parameter, namespace ?? '');
  return name ?? '';
}

function refuseOtherNamespace(field: string, namespace: string): void {
  if (namespace === '' || namespace === 'default') return;
  throw new MeshError('bad-request', `Bad request: Invalid ${field}(${namespace}): Namespaces is a Consul Enterprise feature`);
}

function textIn(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}
