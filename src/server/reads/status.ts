import type { Read } from './read.js';

/** Answered also while nobody leads. */
export const statusLeader: Read<'status.leader'> = {
  index: () => 1,
  version: () => 0,
  touched: () => [],
  value: (_view, _query, { leaderAddress }) => leaderAddress(),
};

export const statusPeers: Read<'status.peers'> = {
  index: () => 1,
  version: () => 0,
  touched: () => [],
  value: (_view, _query, { peerAddresses }) => peerAddresses(),
};
