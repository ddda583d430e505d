/** The commands of a template or a group. */
import { type Commands, noCommands } from '../resource.js';
import type { groupKeys } from './keys.js';
import type { Values } from './table-values.js';

type CommandKey = 'check_cmd' | 'reload_cmd' | 'check_cmd_timeout' | 'reload_cmd_timeout' | 'keep_failed';

export function commandsOf(values: Pick<Values<typeof groupKeys>, CommandKey>): Commands {
  return {
    check: values.check_cmd ?? '',
    reload: values.reload_cmd ?? '',
    checkTimeoutMs: values.check_cmd_timeout ?? noCommands.checkTimeoutMs,
    reloadTimeoutMs: values.reload_cmd_timeout ?? noCommands.reloadTimeoutMs,
    keepFailed: values.keep_failed ?? noCommands.keepFailed,
  };
}
