/** `mesh-template render` as the program calls it: the command over the real process. */
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import type { ProcessParts } from '../process.js';
import { runRender } from './command.js';

export function renderMain(argv: readonly string[], { print, printError, environment }: ProcessParts): Promise<number> {
  return runRender(argv, {
    environment: (name) => environment[name],
    clock: systemClock,
    random: systemRandom,
    // Only `--batch` reads it, and Node makes the stream when it is first touched.
    get input() {
      return process.stdin;
    },
    write: print,
    writeError: printError,
  });
}
