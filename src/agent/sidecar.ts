/**
 * `connect.sidecar_service`: a proxy registered beside a service. What its definition leaves open is filled in from the service:
 * id and name, the first free port of the range, the way to the service, a check of its port and one that follows the service.
 */

import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import { MeshError } from '../model/errors.js';

export interface SidecarContext {
  readonly portsInUse: ReadonlySet<number>;
  readonly range: { readonly min: number; readonly max: number };
  /** The port it has now, kept when registered again; 0 for none. */
  readonly currentPort: number;
}

export const sidecarId = (serviceId: string) => `${serviceId}-sidecar-proxy`;

/** @throws MeshError refused when no port is free */
export function filledSidecar(service: ServiceDefinition, given: ServiceDefinition, context: SidecarContext): ServiceDefinition {
  const id = sidecarId(service.ID);
  const port = given.Port || context.currentPort || freePort(context);
  const filled: ServiceDefinition = {
    ...given,
    Kind: 'connect-proxy',
    ID: id,
    Name: given.Name || `${service.Name}-sidecar-proxy`,
    Tags: given.Tags.length > 0 ? given.Tags : service.Tags,
    Meta: given.Meta ?? service.Meta,
    Port: port,
    Token: given.Token || service.Token,
    Proxy: {
      DestinationServiceName: service.Name,
      DestinationServiceID: service.ID,
      LocalServiceAddress: '127.0.0.1',
      ...(service.Port > 0 && { LocalServicePort: service.Port }),
      ...given.Proxy,
    },
    sidecar: null,
  };
  return given.Checks.length > 0 ? filled : { ...filled, Checks: defaultChecks(service, filled) };
}

function freePort({ portsInUse, range }: SidecarContext): number {
  for (let port = range.min; port > 0 && port <= range.max; port += 1) if (!portsInUse.has(port)) return port;
  const text = range.min > 0 ? `none left in the range [${range.min}, ${range.max}]` : 'auto-assignment disabled in config';
  throw new MeshError('refused', `no port provided for sidecar_service and ${text}`);
}

function defaultChecks(service: ServiceDefinition, { Address, Port }: ServiceDefinition): readonly CheckDefinition[] {
  const host = Address || '127.0.0.1';
  return [
    {
      ...emptyCheck,
      Name: 'Connect Sidecar Listening',
      TCP: host.includes(':') ? `[${host}]:${Port}` : `${host}:${Port}`,
      intervalMs: 10_000,
    },
    { ...emptyCheck, Name: `Connect Sidecar Aliasing ${service.ID}`, AliasService: service.ID },
  ];
}

const emptyCheck: CheckDefinition = {
  CheckID: '',
  Name: '',
  Notes: '',
  ServiceID: '',
  Token: '',
  Status: '',
  Args: [],
  HTTP: '',
  Header: {},
  Method: '',
  Body: '',
  DisableRedirects: false,
  TCP: '',
  GRPC: '',
  GRPCUseTLS: false,
  H2PING: '',
  DockerContainerID: '',
  Shell: '',
  AliasNode: '',
  AliasService: '',
  TLSServerName: '',
  TLSSkipVerify: false,
  intervalMs: 0,
  timeoutMs: 0,
  ttlMs: 0,
  deregisterCriticalServiceAfterMs: 0,
  SuccessBeforePassing: 0,
  FailuresBeforeCritical: 0,
  OutputMaxSize: 0,
};
