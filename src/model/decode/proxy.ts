/**
 * The `Proxy` of a service: given in either spelling, kept as the catalog shows it (`Mode`, `MeshGateway` and `Expose` are always there,
 * the rest only when it says something). Names: "Proxy" of the service definition page of the HTTP API and configuration.
 */
import { anything, boolean, type Decoder, field, integer, list, map, record, text } from '../decode.js';
import { like } from '../json-schema.js';

const both = (file: string) => ({ file, body: [file] });

const meshGateway = record({ Mode: field(text, '', { file: 'mode' }) });

const upstream = record({
  DestinationType: field(text, '', both('destination_type')),
  DestinationNamespace: field(text, '', both('destination_namespace')),
  DestinationName: field(text, '', both('destination_name')),
  Datacenter: field(text, '', { file: 'datacenter' }),
  LocalBindAddress: field(text, '', both('local_bind_address')),
  LocalBindPort: field(integer, 0, both('local_bind_port')),
  LocalBindSocketPath: field(text, '', both('local_bind_socket_path')),
  LocalBindSocketMode: field(text, '', both('local_bind_socket_mode')),
  Config: field<Readonly<Record<string, unknown>>>(map(anything), {}, { file: 'config' }),
  MeshGateway: field(meshGateway, { Mode: '' }, both('mesh_gateway')),
});

const exposedPath = record({
  ListenerPort: field(integer, 0, both('listener_port')),
  Path: field(text, '', { file: 'path' }),
  LocalPathPort: field(integer, 0, both('local_path_port')),
  Protocol: field(text, '', { file: 'protocol' }),
  ParsedFromCheck: field(boolean, false),
});

const proxy = record({
  DestinationServiceName: field(text, '', both('destination_service_name')),
  DestinationServiceID: field(text, '', both('destination_service_id')),
  LocalServiceAddress: field(text, '', both('local_service_address')),
  LocalServicePort: field(integer, 0, both('local_service_port')),
  LocalServiceSocketPath: field(text, '', both('local_service_socket_path')),
  Mode: field(text, '', { file: 'mode' }),
  TransparentProxy: field(
    record({
      OutboundListenerPort: field(integer, 0, both('outbound_listener_port')),
      DialedDirectly: field(boolean, false, both('dialed_directly')),
    }),
    { OutboundListenerPort: 0, DialedDirectly: false },
    both('transparent_proxy'),
  ),
  Config: field<Readonly<Record<string, unknown>>>(map(anything), {}, { file: 'config' }),
  Upstreams: field(list(upstream), [], { file: 'upstreams' }),
  MeshGateway: field(meshGateway, { Mode: '' }, both('mesh_gateway')),
  Expose: field(
    record({
      Checks: field(boolean, false, { file: 'checks' }),
      Paths: field(list(exposedPath), [], { file: 'paths' }),
    }),
    { Checks: false, Paths: [] },
    { file: 'expose' },
  ),
});

export type ProxyRecord = Readonly<Record<string, unknown>>;

/** The proxy of a service that has none. */
export const noProxy: ProxyRecord = { Mode: '', MeshGateway: {}, Expose: {} };

export const proxyDecoder: Decoder<ProxyRecord> = like(proxy, (value, spot) => {
  const { Mode, MeshGateway, Expose, Upstreams, TransparentProxy, ...rest } = proxy(value, spot);
  return {
    ...filled(rest),
    Mode,
    ...filled({ TransparentProxy: filled(TransparentProxy) }),
    ...filled({ Upstreams: Upstreams.map(shownUpstream) }),
    MeshGateway: filled(MeshGateway),
    Expose: filled({ ...Expose, Paths: Expose.Paths.map(filled) }),
  };
});

/** What is wrong with a connect-proxy, all of it. */
export function proxyFaults(service: {
  readonly Kind: string;
  readonly Port: number;
  readonly SocketPath: string;
  readonly Proxy: ProxyRecord;
  readonly Connect: Readonly<Record<string, unknown>>;
}): readonly string[] {
  if (service.Kind !== 'connect-proxy') return [];
  const faults: string[] = [];
  if (!service.Proxy.DestinationServiceName) faults.push('Proxy.DestinationServiceName must be non-empty for Connect proxy services');
  if (service.Port === 0 && service.SocketPath === '') faults.push('Port or SocketPath must be set for a Connect proxy');
  if (service.Connect.Native === true) faults.push('A Proxy cannot also be Connect Native, only typical services');
  return [...faults, ...upstreamFaults(upstreamsOf(service.Proxy))];
}

/** "2 errors occurred:\n\t* …\n\t* …\n\n", as lists of faults are told everywhere. */
export function faultList(faults: readonly string[]): string {
  const head = faults.length === 1 ? '1 error occurred' : `${faults.length} errors occurred`;
  return `${head}:\n${faults.map((fault) => `\t* ${fault}\n`).join('')}\n`;
}

/** Agents take an upstream without a type for a service; the catalog leaves it open. */
export function withUpstreamTypes(proxyRecord: ProxyRecord): ProxyRecord {
  const upstreams = upstreamsOf(proxyRecord);
  if (upstreams.length === 0) return proxyRecord;
  return { ...proxyRecord, Upstreams: upstreams.map((item) => ({ ...item, DestinationType: item.DestinationType || 'service' })) };
}

type UpstreamRecord = Readonly<Record<string, unknown>>;

function upstreamsOf(proxyRecord: ProxyRecord): readonly UpstreamRecord[] {
  const upstreams = proxyRecord.Upstreams;
  return Array.isArray(upstreams) ? upstreams : [];
}

function upstreamFaults(upstreams: readonly UpstreamRecord[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { DestinationName, LocalBindAddress, LocalBindPort, LocalBindSocketPath } of upstreams) {
    if (!DestinationName) faults.push('upstream destination name cannot be empty');
    if (!LocalBindPort && !LocalBindSocketPath) faults.push('upstream local bind port or local socket path must be defined and nonzero');
    const place = LocalBindSocketPath ? String(LocalBindSocketPath) : `${LocalBindAddress || '127.0.0.1'}:${LocalBindPort}`;
    if (seen.has(place))
      faults.push(`upstreams cannot contain duplicates by local bind address and port or unix path; "${place}" is specified twice`);
    seen.add(place);
  }
  return faults;
}

function shownUpstream({
  DestinationType,
  DestinationName,
  Datacenter,
  MeshGateway,
  ...rest
}: ReturnType<typeof upstream>): UpstreamRecord {
  return { DestinationType, DestinationName, Datacenter, ...filled(rest), MeshGateway: filled(MeshGateway) };
}

/** Without what is empty: '', 0, false, [] and {}. */
export function filled(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false || value === null;
}
