/** What `mesh-template -h` prints when it stands in for consul-template. */
import { commandHelp } from '../../src/lib/argv-help.js';
import { consulTemplateFlags } from './flags.js';

export function consulTemplateHelp(): string {
  return commandHelp({
    usage: 'mesh-template [options]',
    about: 'Renders templates from keys and services, writes files and runs commands, following every change.',
    flags: consulTemplateFlags,
  });
}
