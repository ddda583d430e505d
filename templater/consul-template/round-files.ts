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
  readonly isOnce: boolean;
  readonly log: Logger;
  readonly observer: Observer;
  readonly print: (text: string | Uint8Array) => void;
  /** One at a time. `onStaging` is as that of write.ts. */
  readonly write: (versions: readonly Version[], onStaging: WriteOptions['onStaging']) => Promise<WriteEnd>;
  /** Where it is noted that commands are due; undefined without commands. */
  readonly owed: Pick<OwedCommands, 'begin' | 'cancel'> | undefined;
}

/** @returns those that are others than before. @throws RunError when the failure of one is to end the run */
export async function writeRound(versions: readonly RenderedVersion[], parts: RoundFilesParts): Promise<readonly RenderedVersion[]> {
  if (parts.isDry) return printRound(versions, parts);
  const { log, observer, write, owed } = parts;
  const allChanged: RenderedVersion[] = [];
  for (let rest = versions; rest.length > 0; ) {
    const { changes, failure } = await write(rest, async (staged) => owed?.begin(staged.map(({ template }) => template)));
    const inPlace = rest.slice(0, changes.length);
    for (const version of inPlace) tellDeployed(observer, version.observed, version);
    const changed = inPlace.filter((_, position) => changes[position]);
    sayRendered(changed, log);
    allChanged.push(...changed);
    const failed = rest[changes.length];
    if (failure === undefined || failed === undefined) break;
    await leave(failed, { failure, parts, isFirst: allChanged.length === 0 });
    rest = rest.slice(changes.length + 1);
  }
  return allChanged;
}

interface Left {
  readonly failure: Error;
  readonly parts: RoundFilesParts;
  /** Nothing has got in place before it. */
  readonly isFirst: boolean;
}

/** Its file stays as it was. @throws RunError */
async function leave(version: RenderedVersion, { failure, parts, isFirst }: Left): Promise<void> {
  const { log, observer, owed, isOnce } = parts;
  const { template, observed } = version;
  const message = `error rendering ${shownTemplate(template)}: failed writing file: ${failure.message}`;
  if (!template.isErrorFatal && !isOnce) {
    log.log('error', message);
    observer.failed(observed, { stage: 'write', message: failure.message });
    version.takeBack();
    return;
  }
  // The commands of what is in place are left to the next start.
  if (isFirst) await owed?.cancel();
  throw new RunError(message, { cause: failure });
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
