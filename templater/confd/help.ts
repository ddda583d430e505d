/** What `mesh-template -help` prints. */
import { commandHelp, commandListHelp } from '../../src/lib/argv-help.js';
import type { ProcessParts } from '../process.js';
import { confdFlags } from './flags.js';

export function templateHelp({ commands }: Pick<ProcessParts, 'commands'>): string {
  const own = commandHelp({
    usage: 'mesh-template [options]',
    about:
      'Renders templates from keys and services, writes files and runs reload commands, following every change. With consul-template\'s options, which "mesh-template -once -help" lists, it does as consul-template does.',
    flags: confdFlags,
  });
  const others = commandListHelp({
    usage: 'mesh-template COMMAND [options]',
    about: '"mesh-template COMMAND -help" tells more of one.',
    commands,
  });
  return `${own}\n${others}`;
}
