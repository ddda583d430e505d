/** Records as they are given to be written: what the store itself decides is not in them. */
import type { CheckRecord, NodeRecord, ServiceRecord, SessionRecord } from './records.js';

/** A record as a client sends it: indexes and the owning node are filled in by the decision. */
export type NodeInput = Omit<NodeRecord, 'CreateIndex' | 'ModifyIndex'>;

export type ServiceInput = Omit<ServiceRecord, 'CreateIndex' | 'ModifyIndex' | 'Node'>;

export type CheckInput = Omit<CheckRecord, 'CreateIndex' | 'ModifyIndex' | 'Node'>;

export type SessionInput = Omit<SessionRecord, 'CreateIndex' | 'ModifyIndex' | 'ID'>;
