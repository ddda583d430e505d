/** Owners of rendered files by name, as this machine knows them. */
import { groupId, userId } from '../src/lib/accounts.js';
import type { OwnerLookup } from './confd/resource.js';

export const systemOwners: OwnerLookup = { userId, groupId };
