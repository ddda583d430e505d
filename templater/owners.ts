/** Numbers of users and groups by name, from the files that define them (Node has no call for it). */
import { readFileSync } from 'node:fs';
import type { OwnerLookup } from './confd/resource.js';

export const systemOwners: OwnerLookup = {
  userId: (name) => idIn('/etc/passwd', name),
  groupId: (name) => idIn('/etc/group', name),
};

/** "www-data:x:33:33:…" -> 33; both files keep the number in the third field. */
function idIn(file: string, name: string): number | undefined {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [entry, , id] = line.split(':');
    if (entry === name && id !== undefined) return Number(id);
  }
  return undefined;
}
