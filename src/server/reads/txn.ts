import { Draft } from '../writes/draft.js';
import { runTxn } from '../writes/txn.js';
import type { Read } from './read.js';

/** Its index is always 1, and it does not block. */
export const txnRead: Read<'txn.read'> = {
  index: () => 1,
  version: ({ revision }) => revision,
  touched: () => [],
  value: (view, { operations }, surroundings) => runTxn(new Draft(view, 0), operations, surroundings)(view.revision),
};
