/** Prepared queries and what comes of them, as `/v1/query` shows them. Empty lists are null inside results. */

import type { HealthEntry } from '../../model/catalog-answers.js';
import type { PreparedQuery, QueryResult } from '../../model/prepared-query.js';
import { checkTxnForm, nodeForm, serviceTxnForm } from './catalog.js';
import { keptBody, keptText } from './encoded.js';
import { jsonMap, jsonText, jsonTexts } from './json.js';

const texts = (list: readonly string[] | null) => (list === null ? 'null' : jsonTexts(list));

export const queryForm = keptText<PreparedQuery>((query) => {
  const { ID, Name, Session, Token, Template, Service, DNS, CreateIndex, ModifyIndex } = query;
  const { Failover } = Service;
  const parts = [
    `"ID":${jsonText(ID)},"Name":${jsonText(Name)},"Session":${jsonText(Session)},"Token":${jsonText(Token)}`,
    `"Template":{"Type":${jsonText(Template.Type)},"Regexp":${jsonText(Template.Regexp)},"RemoveEmptyTags":${Template.RemoveEmptyTags}}`,
    `"Service":{"Service":${jsonText(Service.Service)},"Failover":{"NearestN":${Failover.NearestN},"Datacenters":${texts(Failover.Datacenters)}}`,
    `"OnlyPassing":${Service.OnlyPassing},"IgnoreCheckIDs":${texts(Service.IgnoreCheckIDs)},"Near":${jsonText(Service.Near)}`,
    `"Tags":${texts(Service.Tags)},"NodeMeta":${jsonMap(Service.NodeMeta, jsonText)},"ServiceMeta":${jsonMap(Service.ServiceMeta, jsonText)}`,
    `"Connect":${Service.Connect}},"DNS":{"TTL":${jsonText(DNS.TTL)}},"CreateIndex":${CreateIndex},"ModifyIndex":${ModifyIndex}`,
  ];
  return `{${parts.join(',')}}`;
});

export const queriesBody = keptBody<readonly PreparedQuery[]>((queries) => `[${queries.map(queryForm).join(',')}]`);

/** Meta data of the answer, which these two repeat in the body. */
export interface ResultMeta {
  readonly lastContactMs: number;
  readonly knownLeader: boolean;
  readonly consistency: string;
}

export function explainJson(query: PreparedQuery, meta: ResultMeta): string {
  return `{"Query":${queryForm(query)},${metaFields(meta)}}`;
}

export function resultJson({ Service, Nodes, DNS, Datacenter, Failovers }: QueryResult, meta: ResultMeta): string {
  return `{"Service":${jsonText(Service)},"Nodes":[${Nodes.map(entryForm).join(',')}],"DNS":{"TTL":${jsonText(DNS.TTL)}},"Datacenter":${jsonText(Datacenter)},"Failovers":${Failovers},${metaFields(meta)}}`;
}

const entryForm = keptText<HealthEntry>(
  ({ Node, Service, Checks }) =>
    `{"Node":${nodeForm(Node)},"Service":${serviceTxnForm(Service)},"Checks":[${Checks.map(checkTxnForm).join(',')}]}`,
);

function metaFields({ lastContactMs, knownLeader, consistency }: ResultMeta): string {
  return `"Index":1,"LastContact":${lastContactMs},"KnownLeader":${knownLeader},"ConsistencyLevel":${jsonText(consistency)},"NotModified":false,"Backend":0`;
}
