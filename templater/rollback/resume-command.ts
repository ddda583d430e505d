/** `mesh-template resume RESOURCE`: what was rolled back follows its data again. */
import type { ProcessParts } from '../process.js';
import { runGroupCommand } from './group-command.js';

export function resumeCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  const command = {
    usage: 'mesh-template resume [options] RESOURCE',
    about: 'Ends a rollback: a running mesh-template puts what it renders in place again, at once.',
    flags: {},
  };
  return runGroupCommand({ argv, parts, command }, async ({ keeper, lock, name }) => {
    await lock();
    try {
      const pin = keeper.state.pin();
      if (pin !== undefined) await keeper.state.writePin(undefined);
      parts.print(pin === undefined ? `${name} is not rolled back\n` : `${name} follows its data again\n`);
      return true;
    } finally {
      keeper.unlock();
    }
  });
}
