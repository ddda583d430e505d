/**
 * Bodies of `/v1/catalog/register` and `/v1/catalog/deregister`, and the node, service and check in them, which `/v1/txn` uses too.
 * Defaults that depend on other records (an id taken from the name, the status of a check without one) belong to the decision.
 */
import { formatDuration } from '../../lib/duration.js';
import { boolean, type Decoder, duration, field, integer, list, map, record, text } from '../decode.js';
import type { CheckInput, NodeInput, ServiceInput } from '../inputs.js';
import { like } from '../json-schema.js';
import type { ServiceKind } from '../records.js';
import { requestIndex } from './json.js';
import { filled, noProxy, proxyDecoder } from './proxy.js';

const texts: Decoder<Readonly<Record<string, string>> | null> = map(text);
const serviceAddresses: Decoder<ServiceInput['TaggedAddresses']> = map(record({ Address: field(text, ''), Port: field(integer, 0) }));
const nativeBlock = record({ Native: field(boolean, false) });
/** The catalog keeps `Native` alone; `SidecarService` is known to the agent only. */
const connectBlock: Decoder<ServiceInput['Connect']> = like(nativeBlock, (value, spot) => filled(nativeBlock(value, spot)));
const defaultWeights = { Passing: 1, Warning: 1 };

/** What clients send along because reads show it; only transactions look at the index. */
const indexFields = { CreateIndex: field(requestIndex, 0), ModifyIndex: field(requestIndex, 0) };

const serviceFields = record({
  Kind: field(text, ''),
  ID: field(text, ''),
  Service: field(text, ''),
  Tags: field(list(text), []),
  Address: field(text, ''),
  TaggedAddresses: field(serviceAddresses, null),
  Meta: field(texts, null),
  Port: field(integer, 0),
  SocketPath: field(text, ''),
  Weights: field(record({ Passing: field(integer, 0), Warning: field(integer, 0) }), defaultWeights),
  EnableTagOverride: field(boolean, false),
  Proxy: field(proxyDecoder, noProxy),
  Connect: field(connectBlock, {}),
  ...indexFields,
});

/** A service as a client sends it, and the ModifyIndex it names. The catalog takes any kind, known or not. */
export const serviceInput: Decoder<{ readonly service: ServiceInput; readonly index: number }> = like(serviceFields, (value, spot) => {
  const { CreateIndex, ModifyIndex, Kind, ...fields } = serviceFields(value, spot);
  return { service: { ...fields, Kind: Kind as ServiceKind }, index: ModifyIndex };
});

const checkDefinition = record({
  HTTP: field(text, ''),
  TLSServerName: field(text, ''),
  TLSSkipVerify: field(boolean, false),
  Header: field(map(list(text)), {}),
  Method: field(text, ''),
  Body: field(text, ''),
  DisableRedirects: field(boolean, false),
  TCP: field(text, ''),
  H2PING: field(text, ''),
  Interval: field(duration, 0),
  OutputMaxSize: field(integer, 0),
  Timeout: field(duration, 0),
  DeregisterCriticalServiceAfter: field(duration, 0),
  ScriptArgs: field(list(text), []),
  DockerContainerID: field(text, ''),
  Shell: field(text, ''),
  GRPC: field(text, ''),
  GRPCUseTLS: field(boolean, false),
  AliasNode: field(text, ''),
  AliasService: field(text, ''),
  TTL: field(duration, 0),
});

/** In the form reads show: durations as text, nothing that is empty. */
const definitionBlock: Decoder<CheckInput['Definition']> = like(checkDefinition, (value, spot) => {
  const { Interval, Timeout, DeregisterCriticalServiceAfter, TTL, ...rest } = checkDefinition(value, spot);
  const shown = (durationMs: number) => (durationMs === 0 ? '' : formatDuration(durationMs));
  return filled({
    Interval: shown(Interval),
    Timeout: shown(Timeout),
    DeregisterCriticalServiceAfter: shown(DeregisterCriticalServiceAfter),
    ...rest,
    TTL: shown(TTL),
  });
});

const checkFields = record({
  Node: field(text, ''),
  CheckID: field(text, ''),
  Name: field(text, ''),
  Status: field(text, ''),
  Notes: field(text, ''),
  Output: field(text, ''),
  ServiceID: field(text, ''),
  ServiceName: field(text, ''),
  ServiceTags: field(list(text), []),
  Type: field(text, ''),
  Interval: field(text, ''),
  Timeout: field(text, ''),
  ExposedPort: field(integer, 0),
  Definition: field(definitionBlock, {}),
  ...indexFields,
});

export const checkInput: Decoder<{ readonly check: CheckInput & { readonly Node: string }; readonly index: number }> = like(
  checkFields,
  (value, spot) => {
    const { CreateIndex, ModifyIndex, ...check } = checkFields(value, spot);
    return { check, index: ModifyIndex };
  },
);

const nodeFields = record({
  ID: field(text, ''),
  Node: field(text, ''),
  Address: field(text, ''),
  Datacenter: field(text, ''),
  TaggedAddresses: field(texts, null),
  Meta: field(texts, null),
  ...indexFields,
});

export const nodeInput: Decoder<{ readonly node: NodeInput; readonly index: number }> = like(nodeFields, (value, spot) => {
  const { CreateIndex, ModifyIndex, ...node } = nodeFields(value, spot);
  return { node, index: ModifyIndex };
});

const registrationFields = record({
  Datacenter: field(text, ''),
  ID: field(text, ''),
  Node: field(text, ''),
  Address: field(text, ''),
  TaggedAddresses: field(texts, null),
  NodeMeta: field(texts, null),
  Service: field(serviceInput as Decoder<ReturnType<typeof serviceInput> | null>, null),
  Check: field(checkInput as Decoder<ReturnType<typeof checkInput> | null>, null),
  Checks: field(list(checkInput), []),
  SkipNodeUpdate: field(boolean, false),
  Token: field(text, ''),
  ...indexFields,
});

export interface Registration {
  readonly node: NodeInput;
  readonly skipNodeUpdate: boolean;
  readonly service: ServiceInput | null;
  readonly checks: readonly (CheckInput & { readonly Node: string })[];
  /** Used when the request itself carries none. */
  readonly token: string;
}

export const registration: Decoder<Registration> = like(registrationFields, (value, spot) => {
  const body = registrationFields(value, spot);
  const { ID, Node, Address, Datacenter, TaggedAddresses, NodeMeta } = body;
  const checks = body.Check === null ? body.Checks : [body.Check, ...body.Checks];
  return {
    node: { ID, Node, Address, Datacenter, TaggedAddresses, Meta: NodeMeta },
    skipNodeUpdate: body.SkipNodeUpdate,
    service: body.Service?.service ?? null,
    checks: checks.map(({ check }) => check),
    token: body.Token,
  };
});

export const deregistration = record({
  Datacenter: field(text, ''),
  Node: field(text, ''),
  Address: field(text, ''),
  ServiceID: field(text, ''),
  CheckID: field(text, ''),
  Token: field(text, ''),
});
