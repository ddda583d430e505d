/**
 * A reload must not be lost with the process that was to do it: once the files are in place, the next start finds everything as wanted and
 * would never reload. So before the first file of a group with a reload gets in place, a note is on the disk, and it goes when the reload
 * has ended, well or badly (a bad end is told, and the old files come back). A note that is found at the start is a reload that is owed.
 *
 *     STATE/reloads/nginx-1f2e3d4c5b6a7988.json     {"resources":["conf.d/nginx.toml"],"begun":1,"by":"4711 81234"}
 *
 * A note may be there although its reload has ended (its removal is not synced, a crash of the machine brings it back): one reload too
 * many does no harm. Resources are told by name: the commands are always those of the present configuration.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../src/lib/atomic-file.js';
import type { Logger } from '../../src/lib/log.js';
import { isIdentityRunning, processIdentity } from '../../src/lib/running-process.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Group, Resource } from '../resource.js';
import type { Deployment } from './deployment.js';
import { stateNameOf } from './state-name.js';

interface Note {
  readonly resources: readonly string[];
  /** How often the reload was begun without anybody seeing its end. */
  readonly begun: number;
  /** The process that does it: as long as it runs, it is owed by that one. */
  readonly by: string;
}

type OwedDeployment = Pick<Deployment, 'log' | 'stateDirectory' | 'pid'>;

/** A reload that ends mesh-template itself (a service restarted together with us) must not do so at every start. */
const begunMax = 3;

/** Runs that have said that they cannot keep notes. */
const saidIn = new WeakSet<Logger>();

export class OwedReload {
  readonly #group: Group;
  readonly #deployment: OwedDeployment;
  readonly #path: string;
  #note: Note | undefined;
  #isOfEarlierRun: boolean;

  constructor(group: Group, deployment: OwedDeployment) {
    this.#group = group;
    this.#deployment = deployment;
    this.#path = join(deployment.stateDirectory, 'reloads', `${stateNameOf(group)}.json`);
    const note = readNote(this.#path);
    const isUnderWay = note !== undefined && note.by !== processIdentity(deployment.pid) && isIdentityRunning(note.by);
    this.#note = isUnderWay ? undefined : note;
    if (this.#note !== undefined && this.#note.begun >= begunMax) this.#giveUp();
    this.#isOfEarlierRun = this.#note !== undefined;
  }

  /** An earlier run owes it, and this one has not tried it. */
  get isOfEarlierRun(): boolean {
    return this.#isOfEarlierRun;
  }

  /** The names of those whose files may be in place without a reload. */
  get resources(): readonly string[] {
    return this.#note?.resources ?? [];
  }

  /** To be called before files of these get in place. On the disk when it resolves; when that cannot be, that is said once. */
  begin(resources: readonly Resource[]): Promise<void> {
    this.#isOfEarlierRun = false;
    return this.#write({
      resources: resources.map(({ name }) => name),
      begun: (this.#note?.begun ?? 0) + 1,
      by: processIdentity(this.#deployment.pid),
    });
  }

  /** Nothing is owed any more. */
  done(): void {
    this.#isOfEarlierRun = false;
    if (this.#note === undefined) return;
    this.#note = undefined;
    try {
      rmSync(this.#path, { force: true });
    } catch (error) {
      this.#cannot(error);
    }
  }

  async #write(note: Note): Promise<void> {
    this.#note = note;
    try {
      await writeFileAtomically(this.#path, `${JSON.stringify(note)}\n`, { durable: true });
    } catch (error) {
      this.#cannot(error);
    }
  }

  #giveUp(): void {
    const { name } = this.#group;
    this.#deployment.log.log(
      'error',
      `${name}: its reload was begun ${begunMax} times, and each time mesh-template ended in the middle of it; it is not tried again before its files change`,
    );
    this.done();
  }

  #cannot(error: unknown): void {
    const { log } = this.#deployment;
    if (saidIn.has(log)) return;
    saidIn.add(log);
    log.log(
      'warn',
      `cannot note which reloads are under way: ${systemErrorText(error)}; one that a crash cuts off is not made up for by the next start; -state-dir names another directory`,
    );
  }
}

/** What cannot be read cannot be written either, which is said then. */
function readNote(path: string): Note | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return decodeNote(text);
}

/** It is replaced as a whole, so what makes no sense is not ours. */
function decodeNote(text: string): Note | undefined {
  try {
    const { resources, begun, by } = JSON.parse(text) as Partial<Record<keyof Note, unknown>>;
    if (!Array.isArray(resources) || typeof begun !== 'number') return undefined;
    return { resources: resources.map(String), begun, by: String(by) };
  } catch {
    return undefined;
  }
}
