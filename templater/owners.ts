/** Owners of rendered files by name, as this machine knows them. */
import { groupId, userId } from '../src/lib/accounts.js';

/** Numbers for names; undefined when there is no such name. */
export interface OwnerLookup {
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
}

export const systemOwners: OwnerLookup = { userId, groupId };
