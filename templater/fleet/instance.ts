/** What a process is called among the machines: in the catalog, in the fleet and in rollouts. */
import { basename, extname } from 'node:path';
import type { StartedWith } from '../status/socket.js';

/** "web-1:mesh-template" for /etc/mesh-template.toml on web-1: two processes of a machine have different names. */
export function instanceName(hostName: string, start: StartedWith): string {
  return `${hostName}:${configName(start)}`;
}

function configName(start: StartedWith): string {
  switch (start.kind) {
    case 'files': {
      const [first = '', ...more] = start.paths;
      const name = basename(first, extname(first));
      return more.length === 0 ? name : `${name}+${more.length}`;
    }
    case 'confd':
      return basename(start.directory);
    case 'flags':
      return 'flags';
  }
}
