/**
 * A service as a body of `/v1/agent/service/register` or a configuration file defines it.
 * Names and texts: the agent's service page of the HTTP API, "services" of the configuration.
 */
import {
  boolean,
  type DecodeContext,
  type Decoded,
  type Decoder,
  decodeBody,
  field,
  integer,
  list,
  map,
  record,
  type Shape,
  text,
} from '../decode.js';
import type { CheckDefinition, ServiceDefinition } from '../definitions.js';
import { MeshError } from '../errors.js';
import { like } from '../json-schema.js';
import type { ServiceAddress, ServiceKind } from '../records.js';
import { checkFault, checkInFile, checkInServiceBody, decodedOrRefused, isCheckStatus } from './check-definition.js';
import { faultList, noProxy, proxyDecoder, proxyFaults, withUpstreamTypes } from './proxy.js';

type Weights = ServiceDefinition['Weights'];
const defaultWeights: Weights = { Passing: 1, Warning: 1 };

const bodyWeights = record({ Passing: field(integer, 0), Warning: field(integer, 0) });
/** In files a weight that is left out is 1, in bodies 0. */
const fileWeights = record({ Passing: field(integer, 1, { file: 'passing' }), Warning: field(integer, 1, { file: 'warning' }) });
const weights: Decoder<Weights> = like(bodyWeights, (value, spot) =>
  (spot.context.dialect === 'file' ? fileWeights : bodyWeights)(value, spot),
);

/** An address by itself, as catalog and agent take it in `TaggedAddresses`. */
export const serviceAddress: Decoder<ServiceAddress> = record({
  Address: field(text, '', { file: 'address' }),
  Port: field(integer, 0, { file: 'port' }),
});

const check: Decoder<CheckDefinition> = like(checkInServiceBody, (value, spot) =>
  (spot.context.dialect === 'file' ? checkInFile : checkInServiceBody)(value, spot),
);

/** Named so that a sidecar, which is a service itself, can be one of the fields of a service. */
const sidecar: Decoder<ServiceDefinition | null> = (value, spot) => service(value, spot);

const connect = record({
  Native: field(boolean, false, { file: 'native' }),
  SidecarService: field<ServiceDefinition | null>(sidecar, null, { file: 'sidecar_service', body: ['sidecar_service'] }),
});

const serviceShape = {
  Kind: field(text, '', { file: 'kind' }),
  ID: field(text, '', { file: 'id' }),
  Name: field(text, '', { file: 'name' }),
  Tags: field(list(text), [], { file: 'tags' }),
  Address: field(text, '', { file: 'address' }),
  TaggedAddresses: field(map(serviceAddress), {}, { file: 'tagged_addresses', body: ['tagged_addresses'] }),
  Meta: field<Readonly<Record<string, string>> | null>(map(text), null, { file: 'meta' }),
  Port: field(integer, 0, { file: 'port' }),
  SocketPath: field(text, '', { file: 'socket_path' }),
  Check: field<CheckDefinition | null>(check, null, { file: 'check' }),
  Checks: field(list(check), [], { file: 'checks' }),
  Weights: field(weights, defaultWeights, { file: 'weights' }),
  Token: field(text, '', { file: 'token' }),
  EnableTagOverride: field(boolean, false, { file: 'enable_tag_override', body: ['enable_tag_override'] }),
  Proxy: field(proxyDecoder, noProxy, { file: 'proxy' }),
  Connect: field(connect, { Native: false, SidecarService: null }, { file: 'connect' }),
} satisfies Shape;

const shaped = record(serviceShape);
export const service: Decoder<ServiceDefinition> = like(shaped, (value, spot) => finish(shaped(value, spot)));

/** A service in a file; what makes no sense in it is collected with the rest of the file's faults. */
export const serviceInFile: Decoder<ServiceDefinition> = (value, spot) => {
  const definition = service(value, spot);
  collectFaults(definition, spot.context);
  return definition;
};

/**
 * The body of `/v1/agent/service/register`, wholly checked.
 * @throws MeshError `bad-request` with Consul's text
 */
export function serviceFromBody(body: unknown): ServiceDefinition {
  const definition = decodedOrRefused(() => decodeBody(service, body));
  const fault = bodyFault(definition);
  if (fault !== '') throw new MeshError('bad-request', fault);
  return definition;
}

function bodyFault(definition: ServiceDefinition): string {
  if (definition.Name === '') return 'Missing service name';
  if (isAnyAddress(definition.Address)) return 'Invalid service address';
  const weight = weightFault(definition.Weights);
  if (weight !== '') return `Invalid Weights: ${weight}`;
  const meta = metaFault(definition.Meta ?? {});
  if (meta !== '') return `Invalid Service Meta: ${meta}`;
  const faults = proxyFaults(definition);
  if (faults.length > 0) return faultList(faults);
  const contradiction = definition.Checks.map(checkFault).find((fault) => fault !== '');
  if (contradiction) return `Invalid check: ${contradiction}`;
  if (!definition.Checks.every(({ Status }) => isCheckStatus(Status))) return "Status for checks must 'passing', 'warning', 'critical'";
  return '';
}

function collectFaults(definition: ServiceDefinition, { wrongValues }: DecodeContext): void {
  const { Name: name, SocketPath, Address, Port } = definition;
  const weight = weightFault(definition.Weights);
  if (weight !== '') wrongValues.push(`Invalid weight definition for service ${name}: ${weight}`);
  const meta = metaFault(definition.Meta ?? {});
  if (meta !== '') wrongValues.push(`invalid meta for service ${name}: ${meta}`);
  if (SocketPath !== '' && (Address !== '' || Port !== 0))
    wrongValues.push(`service ${name} cannot have both socket path ${SocketPath} and address/port`);
  for (const fault of proxyFaults(definition)) wrongValues.push(`service ${JSON.stringify(name)}: ${fault}`);
}

/** 0.0.0.0 and :: cannot be connected to. */
function isAnyAddress(address: string): boolean {
  return ['0.0.0.0', '::', '[::]'].includes(address);
}

export function weightFault({ Passing, Warning }: Weights): string {
  if (Passing < 1) return 'Passing must be greater than 0';
  if (Warning < 0) return 'Warning must be greater or equal than 0';
  return Passing > 65535 || Warning > 65535 ? 'DNS Weight must be between 0 and 65535' : '';
}

/** Limits of metadata, the same for services and nodes: 64 pairs, keys of letters, digits, - and _. */
export function metaFault(meta: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(meta);
  if (pairs.length > 64) return 'Node metadata cannot contain more than 64 key/value pairs';
  for (const [key, value] of pairs) {
    const fault = pairFault(key, value);
    if (fault !== '') return `Couldn't load metadata pair ('${key}', '${value}'): ${fault}`;
  }
  return '';
}

function pairFault(key: string, value: string): string {
  if (key === '') return 'Key cannot be blank';
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > 128) return 'Key is too long (limit: 128 characters)';
  if (key.startsWith('consul-')) return "Key prefix 'consul-' is reserved for internal use";
  return Buffer.byteLength(value) > 512 ? 'Value is too long (limit: 512 characters)' : '';
}

function finish({ Check, Checks, Connect, TaggedAddresses, ...given }: Decoded<typeof serviceShape>): ServiceDefinition {
  return {
    ...given,
    Kind: given.Kind as ServiceKind,
    ID: given.ID === '' ? given.Name : given.ID,
    TaggedAddresses: Object.keys(TaggedAddresses).length === 0 ? null : TaggedAddresses,
    Proxy: withUpstreamTypes(given.Proxy),
    Connect: Connect.Native ? { Native: true } : {},
    sidecar: Connect.SidecarService,
    Checks: Check === null ? Checks : [...Checks, Check],
  };
}
