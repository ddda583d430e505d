import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import { requireUuid } from '../uuid.js';
import type { Read } from './read.js';

/** All three answer the index of the whole table; the wait ends for what they show alone. */
export const sessionInfo: Read<'session.info'> = {
  index: ({ sessions }) => sessions.index,
  version: ({ sessions }, { id }) => sessions.get(id)?.ModifyIndex ?? -1,
  touched: (_view, { id }) => [{ kind: 'session', name: asMatched(id) }],
  value: ({ sessions }, { id }) => sessions.get(id) ?? null,
  refuse: ({ id }) => requireUuid(id, 'failed session lookup'),
};

export const sessionList: Read<'session.list'> = {
  index: ({ sessions }) => sessions.index,
  version: ({ sessions }) => sessions.index,
  touched: () => [tableTopic('sessions')],
  value: ({ sessions }) => sessions.all(),
  memoKey: () => '',
};

export const sessionNode: Read<'session.node'> = {
  index: ({ sessions }) => sessions.index,
  version: ({ sessions }) => sessions.index,
  touched: (_view, { node }) => [{ kind: 'node-sessions', name: asMatched(node) }],
  value: ({ sessions }, { node }) => sessions.ofNode(node),
  memoKey: ({ node }) => asMatched(node),
};
