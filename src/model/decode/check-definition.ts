/**
 * A health check as a body of the API or a configuration file defines it. Inside a service body its id is `CheckID`, registered by
 * itself it is `ID`, in files it is `id`. Names and texts: /v1/agent/check/register of the HTTP API, "checks" of the configuration.
 */

import { goQuote } from '../../lib/go-quote.js';
import {
  boolean,
  type DecodeContext,
  type Decoded,
  DecodeError,
  type Decoder,
  decodeBody,
  duration,
  field,
  fileDuration,
  integer,
  list,
  map,
  record,
  text,
} from '../decode.js';
import type { CheckDefinition } from '../definitions.js';
import { MeshError } from '../errors.js';
import { like } from '../json-schema.js';
import type { CheckStatus } from '../records.js';

/** In files a duration stays text until the id of its check is known: faults are told as `check[web].interval: …`. */
const duringCheck: Decoder<number | string> = (value, spot) =>
  spot.context.dialect === 'file' ? text(value, spot) : duration(value, spot);

const both = (file: string, ...older: string[]) => ({ file: [file, ...older], body: [file] });

const sharedFields = {
  Name: field(text, '', { file: 'name' }),
  Notes: field(text, '', { file: 'notes' }),
  Status: field(text, '', { file: 'status' }),
  Args: field(list(text), [], { file: ['args', 'scriptargs'], body: ['ScriptArgs', 'script_args'] }),
  HTTP: field(text, '', { file: 'http' }),
  Header: field(map(list(text)), {}, { file: 'header' }),
  Method: field(text, '', { file: 'method' }),
  Body: field(text, '', { file: 'body' }),
  DisableRedirects: field(boolean, false, both('disable_redirects')),
  TCP: field(text, '', { file: 'tcp' }),
  GRPC: field(text, '', { file: 'grpc' }),
  GRPCUseTLS: field(boolean, false, both('grpc_use_tls')),
  H2PING: field(text, '', { file: 'h2ping' }),
  DockerContainerID: field(text, '', both('docker_container_id', 'dockercontainerid')),
  Shell: field(text, '', { file: 'shell' }),
  AliasNode: field(text, '', both('alias_node')),
  AliasService: field(text, '', both('alias_service')),
  TLSServerName: field(text, '', both('tls_server_name')),
  TLSSkipVerify: field(boolean, false, both('tls_skip_verify', 'tlsskipverify')),
  Interval: field<number | string>(duringCheck, 0, { file: 'interval' }),
  Timeout: field<number | string>(duringCheck, 0, { file: 'timeout' }),
  TTL: field<number | string>(duringCheck, 0, { file: 'ttl' }),
  DeregisterCriticalServiceAfter: field<number | string>(
    duringCheck,
    0,
    both('deregister_critical_service_after', 'deregistercriticalserviceafter'),
  ),
  SuccessBeforePassing: field(integer, 0, both('success_before_passing')),
  FailuresBeforeCritical: field(integer, 0, both('failures_before_critical')),
  OutputMaxSize: field(integer, 0, both('output_max_size')),
};
const ownFields = {
  ServiceID: field(text, '', both('service_id', 'serviceid')),
  Token: field(text, '', { file: 'token' }),
};
const aloneShape = { ID: field(text, '', { file: 'id' }), ...ownFields, ...sharedFields };
const insideShape = { CheckID: field(text, ''), ...sharedFields };

const alone = record(aloneShape);
const inside = record(insideShape);

/** A check inside the body of a service. */
export const checkInServiceBody: Decoder<CheckDefinition> = like(inside, (value, spot) => {
  const { CheckID, ...rest } = inside(value, spot);
  return finish({ ID: CheckID, ServiceID: '', Token: '', ...rest }, spot.context);
});

/** A check in a file, by itself or inside a service. */
export const checkInFile: Decoder<CheckDefinition> = (value, spot) => {
  const check = finish(alone(value, spot), spot.context);
  if (!isCheckStatus(check.Status))
    spot.context.wrongValues.push(
      `check[${check.CheckID}].status: invalid status ${goQuote(check.Status)}; use passing, warning or critical`,
    );
  return check;
};

export const checkAlone: Decoder<CheckDefinition> = like(alone, (value, spot) => finish(alone(value, spot), spot.context));

/**
 * The body of `/v1/agent/check/register`, wholly checked; the id is the name when none was given.
 * @throws MeshError `bad-request` with Consul's text
 */
export function checkFromBody(body: unknown): CheckDefinition {
  const check = decodedOrRefused(() => decodeBody(checkAlone, body));
  if (check.Name === '') throw new MeshError('bad-request', 'Missing check name');
  if (!isCheckStatus(check.Status)) throw new MeshError('bad-request', 'Bad check status');
  const fault = checkFault(check);
  if (fault !== '') throw new MeshError('bad-request', `Invalid check: ${fault}`);
  return check.CheckID === '' ? { ...check, CheckID: check.Name } : check;
}

/** @throws MeshError `bad-request` in place of a DecodeError, with the prefix that routes put before it */
export function decodedOrRefused<T>(decode: () => T, prefix = 'Request decode failed'): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw new MeshError('bad-request', `${prefix}: ${error.message}`, { cause: error });
    throw error;
  }
}

export function isCheckStatus(status: string): boolean {
  return status === '' || status === 'passing' || status === 'warning' || status === 'critical';
}

/** Why a check contradicts itself, in Consul's words; '' when it does not. */
export function checkFault(check: CheckDefinition): string {
  const hasInterval = needsInterval(check);
  const isAlias = check.AliasNode !== '' || check.AliasService !== '';
  if (check.intervalMs > 0 && check.ttlMs > 0) return 'Interval and TTL cannot both be specified';
  if (hasInterval && check.intervalMs <= 0) return 'Interval must be > 0 for Script, HTTP, H2PING, or TCP checks';
  if (hasInterval && isAlias) return 'Interval cannot be set for Alias checks';
  if (isAlias && check.ttlMs > 0) return 'TTL must be not be set for Alias checks';
  if (!hasInterval && !isAlias && check.ttlMs <= 0) return 'TTL must be > 0 for TTL checks';
  return check.OutputMaxSize < 0 ? 'MaxOutputMaxSize must be positive' : '';
}

function needsInterval({ Args, HTTP, TCP, GRPC, H2PING, DockerContainerID }: CheckDefinition): boolean {
  return Args.length > 0 || [HTTP, TCP, GRPC, H2PING, DockerContainerID].some((address) => address !== '');
}

function finish(given: Decoded<typeof aloneShape>, context: DecodeContext): CheckDefinition {
  const { ID, Interval, Timeout, TTL, DeregisterCriticalServiceAfter, Status, ...rest } = given;
  const milliseconds = (value: number | string, key: string) =>
    typeof value === 'number' ? value : fileDuration(value, `check[${ID}].${key}`, context);
  return {
    ...rest,
    CheckID: ID,
    Status: Status as CheckStatus | '',
    intervalMs: milliseconds(Interval, 'interval'),
    timeoutMs: milliseconds(Timeout, 'timeout'),
    ttlMs: milliseconds(TTL, 'ttl'),
    deregisterCriticalServiceAfterMs: milliseconds(DeregisterCriticalServiceAfter, 'deregister_critical_service_after'),
  };
}
