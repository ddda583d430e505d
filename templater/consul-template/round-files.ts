/** The files of a round, in the order of the configuration; a dry run prints them instead. */
import type { Logger } from '../../src/lib/log.js';
import type { Observer } from '../runtime/observer.js';
import type { RenderedVersion } from './member.js';
import { tellDeployed } from './observing.js';
import type { OwedCommands } from './owed-commands.js';
import { RunError, shownTemplate } from './templates.js';
import type { Version, WriteEnd, WriteOptions } from './write.js';

export interface RoundFilesParts {
  readonly isDry: boolean;
  readonly log: Logger;
  readonly observer: Observer;
  readonly print: (text: string | Uint8Array) => void;
  /** One at a time. `onStaging` is as that of write.ts. */
  readonly write: (versions: readonly Version[], onStaging: WriteOptions['onStaging']) => Promise<WriteEnd>;
  /** Where it is noted that commands are due; undefined without commands. */
  readonly owed: Pick<OwedCommands, 'begin' | 'cancel'> | undefined;
}

/** @returns those that are others than before. @throws RunError */
export async function writeRound(versions: readonly RenderedVersion[], parts: RoundFilesParts): Promise<readonly RenderedVersion[]> {
  const { log, observer, write, owed } = parts;
  if (parts.isDry) return printRound(versions, parts);
  const { changes, failure } = await write(versions, async (staged) => owed?.begin(staged.map(({ template }) => template)));
  const inPlace = versions.slice(0, changes.length);
  for (const version of inPlace) tellDeployed(observer, version.observed, version);
  const changed = inPlace.filter((_, position) => changes[position]);
  sayRendered(changed, log);
  const failed = versions[changes.length];
  if (failure === undefined || failed === undefined) return changed;
  // The commands of what is in place are left to the next start.
  if (changed.length === 0) await owed?.cancel();
  throw new RunError(`error rendering ${shownTemplate(failed.template)}: failed writing file: ${failure.message}`, { cause: failure });
}

/** All of them: what the files hold is not asked. */
function printRound(versions: readonly RenderedVersion[], { print, log }: RoundFilesParts): readonly RenderedVersion[] {
  for (const { template, content } of versions) print(Buffer.concat([Buffer.from(`> ${template.destination}\n`), content]));
  sayRendered(versions, log);
  return versions;
}

function sayRendered(versions: readonly RenderedVersion[], log: Logger): void {
  for (const { template } of versions) log.log('info', `rendered ${shownTemplate(template)}`);
}
