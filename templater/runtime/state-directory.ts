/** Where versions, pins and lists of made files are kept when nobody says: `/var/lib` for root, a user's own state directory otherwise. */
import { join } from 'node:path';
import type { ProcessParts } from '../process.js';

export function stateDirectoryOf({ own, environment }: Pick<ProcessParts, 'own' | 'environment'>): string {
  if (own.uid === 0) return '/var/lib/mesh-template';
  // XDG Base Directory Specification: the default of XDG_STATE_HOME.
  return join(environment.XDG_STATE_HOME || join(environment.HOME || '/', '.local/state'), 'mesh-template');
}
