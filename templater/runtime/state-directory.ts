/**
 * Where versions, pins and lists of made files are kept when nobody says: what systemd made for the service (`StateDirectory=`), else
 * `/var/lib` for root and a user's own state directory otherwise.
 */
import { join } from 'node:path';
import type { ProcessParts } from '../process.js';

export function stateDirectoryOf({ own, environment }: Pick<ProcessParts, 'own' | 'environment'>): string {
  // systemd.exec(5): several are separated by colons.
  const [ofService] = (environment.STATE_DIRECTORY ?? '').split(':');
  if (ofService) return ofService;
  if (own.uid === 0) return '/var/lib/mesh-template';
  // XDG Base Directory Specification: the default of XDG_STATE_HOME.
  return join(environment.XDG_STATE_HOME || join(environment.HOME || '/', '.local/state'), 'mesh-template');
}
