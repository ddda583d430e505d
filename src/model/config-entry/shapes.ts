/** The fields of every kind of config entry, with the names of Consul's configuration reference. To add a kind: a row in `entryShapes`. */
import {
  always,
  anything,
  boolean,
  duration,
  type EntryFields,
  filled,
  given,
  listOf,
  mapOf,
  nanoseconds,
  number,
  struct,
  text,
} from './schema.js';

const meta = filled(mapOf(text));
const meshGateway = always(struct({ Mode: filled(text) }));
const transparentProxy = always(struct({ OutboundListenerPort: filled(number), DialedDirectly: filled(boolean) }));
const exposedPath = struct({
  ListenerPort: filled(number),
  Path: filled(text),
  LocalPathPort: filled(number),
  Protocol: filled(text),
  ParsedFromCheck: filled(boolean),
});
const expose = always(struct({ Checks: filled(boolean), Paths: filled(listOf(exposedPath)) }));

const upstream = struct({
  Name: filled(text),
  EnvoyListenerJSON: filled(text),
  EnvoyClusterJSON: filled(text),
  Protocol: filled(text),
  ConnectTimeoutMs: filled(number),
  Limits: given(struct({ MaxConnections: given(number), MaxPendingRequests: given(number), MaxConcurrentRequests: given(number) })),
  PassiveHealthCheck: given(struct({ Interval: filled(nanoseconds), MaxFailures: filled(number) })),
  MeshGateway: meshGateway,
});

const routeHeader = struct({
  Name: filled(text),
  Present: filled(boolean),
  Exact: filled(text),
  Prefix: filled(text),
  Suffix: filled(text),
  Regex: filled(text),
  Invert: filled(boolean),
});
const routeMatch = struct({
  PathExact: filled(text),
  PathPrefix: filled(text),
  PathRegex: filled(text),
  Header: filled(listOf(routeHeader)),
  QueryParam: filled(listOf(struct({ Name: filled(text), Present: filled(boolean), Exact: filled(text), Regex: filled(text) }))),
  Methods: filled(listOf(text)),
});
const routeDestination = struct({
  Service: filled(text),
  ServiceSubset: filled(text),
  Namespace: filled(text),
  PrefixRewrite: filled(text),
  RequestTimeout: filled(duration),
  NumRetries: filled(number),
  RetryOnConnectFailure: filled(boolean),
  RetryOnStatusCodes: filled(listOf(number)),
});

const hashPolicy = struct({
  Field: filled(text),
  FieldValue: filled(text),
  CookieConfig: given(struct({ Session: filled(boolean), TTL: filled(nanoseconds), Path: filled(text) })),
  SourceIP: filled(boolean),
  Terminal: filled(boolean),
});
const loadBalancer = struct({
  Policy: filled(text),
  RingHashConfig: given(struct({ MinimumRingSize: filled(number), MaximumRingSize: filled(number) })),
  LeastRequestConfig: given(struct({ ChoiceCount: filled(number) })),
  HashPolicies: filled(listOf(hashPolicy)),
});

export const permissionShape = struct({
  Action: filled(text),
  HTTP: given(
    struct({
      PathExact: filled(text),
      PathPrefix: filled(text),
      PathRegex: filled(text),
      Header: filled(listOf(routeHeader)),
      Methods: filled(listOf(text)),
    }),
  ),
});
/** `Precedence` and the `Legacy…` fields are filled in by the agent; a client that writes back what it has read may send them. */
const intentionSource = struct({
  Name: always(text),
  Action: filled(text),
  Permissions: filled(listOf(permissionShape)),
  Precedence: filled(number),
  LegacyID: filled(text),
  Type: filled(text),
  Description: filled(text),
  LegacyMeta: filled(mapOf(text)),
  LegacyCreateTime: filled(text),
  LegacyUpdateTime: filled(text),
});

const ingressService = struct({ Name: always(text), Hosts: always(listOf(text)) });
const linkedService = struct({
  Name: filled(text),
  CAFile: filled(text),
  CertFile: filled(text),
  KeyFile: filled(text),
  SNI: filled(text),
});

const mode = { Mode: filled(text), TransparentProxy: transparentProxy };
const reach = { MeshGateway: meshGateway, Expose: expose };

/** Beside `Kind`, `Name` and `Meta`, which all have, and the indexes, which are taken and ignored. */
const ownFields = {
  'service-defaults': {
    Protocol: filled(text),
    ...mode,
    ...reach,
    ExternalSNI: filled(text),
    UpstreamConfig: given(struct({ Overrides: filled(listOf(upstream)), Defaults: given(upstream) })),
  },
  'proxy-defaults': { ...mode, Config: filled(mapOf(anything)), ...reach },
  'service-router': {
    Routes: filled(listOf(struct({ Match: given(struct({ HTTP: given(routeMatch) })), Destination: given(routeDestination) }))),
  },
  'service-splitter': {
    Splits: always(listOf(struct({ Weight: always(number), Service: filled(text), ServiceSubset: filled(text), Namespace: filled(text) }))),
  },
  'service-resolver': {
    DefaultSubset: filled(text),
    Subsets: filled(mapOf(struct({ Filter: filled(text), OnlyPassing: filled(boolean) }))),
    Redirect: given(struct({ Service: filled(text), ServiceSubset: filled(text), Namespace: filled(text), Datacenter: filled(text) })),
    Failover: filled(
      mapOf(struct({ Service: filled(text), ServiceSubset: filled(text), Namespace: filled(text), Datacenters: filled(listOf(text)) })),
    ),
    ConnectTimeout: filled(duration),
    LoadBalancer: given(loadBalancer),
  },
  'service-intentions': { Sources: always(listOf(intentionSource)) },
  'ingress-gateway': {
    TLS: always(struct({ Enabled: always(boolean) })),
    Listeners: always(listOf(struct({ Port: always(number), Protocol: always(text), Services: always(listOf(ingressService)) }))),
  },
  'terminating-gateway': { Services: filled(listOf(linkedService)) },
  mesh: { TransparentProxy: always(struct({ MeshDestinationsOnly: filled(boolean) })) },
} as const satisfies Record<string, EntryFields>;

export type EntryKind = keyof typeof ownFields;

const names = { Kind: always(text), Name: filled(text) } as const satisfies EntryFields;
const last = {
  Meta: meta,
  CreateIndex: filled(number),
  ModifyIndex: filled(number),
} as const satisfies EntryFields;

export const entryKinds = Object.keys(ownFields) as readonly EntryKind[];

export function isEntryKind(kind: string): kind is EntryKind {
  return Object.hasOwn(ownFields, kind);
}

export function fieldsOf(kind: EntryKind): EntryFields {
  return { ...names, ...ownFields[kind], ...last };
}
