/** What `mesh-template -help` prints. */
import { commandHelp } from '../../src/lib/argv-help.js';
import { confdFlags } from './flags.js';

export function templateHelp(): string {
  return commandHelp({
    usage: 'mesh-template [options]',
    about: 'Renders templates from keys and services, writes files and runs reload commands, following every change.',
    flags: confdFlags,
  });
}
