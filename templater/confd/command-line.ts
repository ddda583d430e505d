/** confd's command line, which our own files have in common with it: reads the flags, and answers what can be answered by themselves. */
import { FlagError, HelpRequested, type ParsedArguments } from '../../src/lib/argv.js';
import type { ProcessParts } from '../process.js';
import type { confdFlags } from './flags.js';
import { parseConfdFlags } from './settings-layers.js';

export type Parsed = ParsedArguments<typeof confdFlags>;

/** @returns what `run` does; 0 for help and the version, 2 for flags that make no sense */
export async function withFlags(parts: ProcessParts, run: (parsed: Parsed) => Promise<number>): Promise<number> {
  try {
    const parsed = parseConfdFlags(parts.argv);
    return parsed.flags.version ? await printVersion(parts) : await run(parsed);
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(await helpText(parts));
      return 0;
    }
    if (!(error instanceof FlagError)) throw error;
    parts.printError(`${error.message}\n${await helpText(parts)}`);
    return 2;
  }
}

async function printVersion({ print }: ProcessParts): Promise<number> {
  const { version } = await import('../../src/lib/version.js');
  print(`mesh-template v${version}\n`);
  return 0;
}

async function helpText(parts: ProcessParts): Promise<string> {
  const { templateHelp } = await import('./help.js');
  return templateHelp(parts);
}
