/** Sessions as `/v1/session/` shows them. Both lists of checks may be null. */
import type { SessionRecord } from '../../model/records.js';
import { keptBody, keptText } from './encoded.js';
import { jsonText, jsonTexts } from './json.js';

const sessionForm = keptText<SessionRecord>((session) => {
  const { ID, Name, Node, LockDelay, Behavior, TTL, NodeChecks, ServiceChecks, CreateIndex, ModifyIndex } = session;
  const nodeChecks = NodeChecks === null ? 'null' : jsonTexts(NodeChecks);
  const serviceChecks = ServiceChecks?.map((check) => `{"ID":${jsonText(check.ID)},"Namespace":${jsonText(check.Namespace)}}`);
  return `{"ID":${jsonText(ID)},"Name":${jsonText(Name)},"Node":${jsonText(Node)},"LockDelay":${LockDelay},"Behavior":${jsonText(Behavior)},"TTL":${jsonText(TTL)},"NodeChecks":${nodeChecks},"ServiceChecks":${serviceChecks ? `[${serviceChecks.join(',')}]` : 'null'},"CreateIndex":${CreateIndex},"ModifyIndex":${ModifyIndex}}`;
});

export const sessionBody = keptBody<SessionRecord>((session) => `[${sessionForm(session)}]`);
export const sessionsBody = keptBody<readonly SessionRecord[]>((sessions) => `[${sessions.map(sessionForm).join(',')}]`);
