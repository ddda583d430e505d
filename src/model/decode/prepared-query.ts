/** Body of `/v1/query`. What it means is judged by src/server/writes/query.ts. */
import { boolean, type Decoder, field, integer, list, map, record, text } from '../decode.js';
import { like } from '../json-schema.js';
import type { PreparedQueryInput } from '../prepared-query.js';
import { requestIndex } from './json.js';

/** Absent is null and shown as such. */
const texts: Decoder<readonly string[] | null> = list(text);
const textMap: Decoder<Readonly<Record<string, string>> | null> = map(text);

const failover = record({ NearestN: field(integer, 0), Datacenters: field(texts, null) });
const template = record({ Type: field(text, ''), Regexp: field(text, ''), RemoveEmptyTags: field(boolean, false) });
const service = record({
  Service: field(text, ''),
  Failover: field(failover, { NearestN: 0, Datacenters: null }),
  OnlyPassing: field(boolean, false),
  IgnoreCheckIDs: field(texts, null),
  Near: field(text, ''),
  Tags: field(texts, null),
  NodeMeta: field(textMap, null),
  ServiceMeta: field(textMap, null),
  Connect: field(boolean, false),
});
const noService = {
  Service: '',
  Failover: { NearestN: 0, Datacenters: null },
  OnlyPassing: false,
  IgnoreCheckIDs: null,
  Near: '',
  Tags: null,
  NodeMeta: null,
  ServiceMeta: null,
  Connect: false,
};
const fields = record({
  ID: field(text, ''),
  Name: field(text, ''),
  Session: field(text, ''),
  Token: field(text, ''),
  Template: field(template, { Type: '', Regexp: '', RemoveEmptyTags: false }),
  Service: field(service, noService),
  DNS: field(record({ TTL: field(text, '') }), { TTL: '' }),
  // What clients send along because reads show it.
  CreateIndex: field(requestIndex, 0),
  ModifyIndex: field(requestIndex, 0),
});

export const preparedQueryInput: Decoder<PreparedQueryInput> = like(fields, (value, spot) => {
  const { CreateIndex, ModifyIndex, ...query } = fields(value, spot);
  return query;
});
