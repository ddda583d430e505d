/**
 * The certificate authority and `authorize`: docs/api/connect.md. This version keeps intentions as data and issues no certificates: with
 * Connect on, whoever asks for one is told so; with Connect off, every endpoint says that.
 */
import { decodedOrRefused } from '../../model/decode/check-definition.js';
import { decodeJson } from '../../model/decode/json.js';
import { anything, boolean, field, integer, map, record, text } from '../../model/decode.js';
import { MeshError } from '../../model/errors.js';
import { connectIsOff, type IntentionRecord, sourceOfUri } from '../../model/intention.js';
import { sendJsonText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { jsonValue } from '../encode/json.js';
import { catalogMeta, errorMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions, tokenOf } from '../read-options.js';
import type { Route } from '../route.js';

const configuration = record({
  Provider: field(text, ''),
  Config: field(map(anything), {}),
  State: field(map(anything), {}),
  ForceWithoutCrossSigning: field(boolean, false),
  CreateIndex: field(integer, 0),
  ModifyIndex: field(integer, 0),
});

const authorization = record({
  Target: field(text, ''),
  ClientCertURI: field(text, ''),
  ClientCertSerial: field(text, ''),
});

export const connectCaRoutes: readonly Route[] = [
  { path: '/v1/connect/ca/roots', methods: { GET: roots }, takes: { GET: { query: readParameters } } },
  {
    path: '/v1/connect/ca/configuration',
    methods: { GET: refused, PUT: configure },
    takes: { GET: { query: readParameters }, PUT: { query: ['dc'], body: configuration } },
  },
  { path: '/v1/agent/connect/ca/roots', methods: { GET: refused }, takes: { GET: { query: readParameters } } },
  { path: '/v1/agent/connect/ca/leaf/', methods: { GET: refused }, takes: { GET: { query: readParameters } } },
  { path: '/v1/agent/connect/authorize', methods: { POST: authorize }, takes: { POST: { body: authorization } } },
];

async function roots(call: Call): Promise<void> {
  readOptions(call);
  call.errorHeaders = errorMeta;
  return refused(call);
}

async function refused({ context }: Call): Promise<void> {
  throw new MeshError('refused', context.settings.connectEnabled ? 'this version of mesh has no certificate authority' : connectIsOff);
}

async function configure(call: Call): Promise<void> {
  const body = await readBody(call);
  decodedOrRefused(() => decodeJson(configuration, body), 'Bad request: Request decode failed');
  return refused(call);
}

/** Whether the bearer of a certificate may open a connection to a service here, by the intentions. */
async function authorize(call: Call): Promise<void> {
  const body = await readBody(call);
  const { Target, ClientCertURI } = decodedOrRefused(() => decodeJson(authorization, body), 'Bad request: Request decode failed');
  if (Target === '') throw new MeshError('bad-request', 'Bad request: Target service must be specified');
  const source = sourceOfUri(ClientCertURI);
  if (source === null) throw new MeshError('bad-request', 'Bad request: ClientCertURI not a valid Connect identifier');
  const query = { kind: 'intention.match' as const, by: 'destination' as const, names: [Target] };
  const options = { ...readOptions(call), token: tokenOf(call), minIndex: 0 };
  const { value } = await read(call, query, options, { ...catalogMeta, onError: false });
  const decisive = value[0]?.find(({ SourceName }) => SourceName === source || SourceName === '*');
  return sendJsonText(call, jsonValue(verdict(decisive)));
}

function verdict(intention: IntentionRecord | undefined): { readonly Authorized: boolean; readonly Reason: string } {
  if (!intention) return { Authorized: true, Reason: 'ACLs disabled, access is allowed by default' };
  const { SourceName, DestinationName, Precedence, Action, Permissions } = intention;
  const pair = `default/${SourceName} => default/${DestinationName}`;
  // Permissions speak of requests; a connection alone has none.
  if (Permissions.length > 0) return { Authorized: false, Reason: `Matched L7 intention: ${pair} (Precedence: ${Precedence})` };
  return {
    Authorized: Action === 'allow',
    Reason: `Matched L4 intention: ${pair} (Precedence: ${Precedence}, Action: ${Action.toUpperCase()})`,
  };
}
