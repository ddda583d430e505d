/**
 * A reload must not be lost with the process that was to do it: once the files are in place, the next start finds everything as wanted and
 * would never reload. So before the first file of a group with a reload gets in place, a note is on the disk, and it goes when the reload
 * has ended, well or badly (a bad end is told, and good files come back). A note that is found at the start is a reload that is owed, and
 * nobody knows yet whether the files that are in place are any good.
 *
 *     STATE/reloads/nginx-1f2e3d4c5b6a7988.json     {"resources":["conf.d/nginx.toml"],"begun":1,"by":"4711 81234"}
 *
 * A note may be there although its reload has ended (its removal is not synced, a crash of the machine brings it back), or has not begun
 * (a process that is killed while it stages or checks): one reload too many does no harm. Resources are told by name: the commands are always those of the present configuration.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../../src/lib/atomic-file.js';
import type { Logger } from '../../src/lib/log.js';
import { isIdentityRunning, processIdentity } from '../../src/lib/running-process.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Group } from '../resource.js';
import type { Deployment } from './deployment.js';
import { writeSynced } from './stage.js';
import { stateNameOf } from './state-name.js';

interface Note {
  readonly resources: readonly string[];
  /** How often the reload was begun without anybody seeing its end. */
  readonly begun: number;
  /** The process that does it: as long as it runs, it is owed by that one. */
  readonly by: string;
}

/** Whose reload it is. */
type Named = Pick<Group, 'name' | 'stateKey'>;
export type OwedDeployment = Pick<Deployment, 'log' | 'stateDirectory' | 'pid'>;

/** A reload that ends mesh-template itself (a service restarted together with us) must not do so at every start. */
const begunMax = 3;

/** Runs that have said that they cannot keep notes. */
const saidIn = new WeakSet<Logger>();

export class OwedReload {
  readonly #group: Named;
  readonly #deployment: OwedDeployment;
  readonly #path: string;
  /** Of a run that ended in the middle of it. */
  #earlier: Note | undefined;
  /** Of this run: the names of those whose files get in place. */
  #own: readonly string[] | undefined;

  constructor(group: Named, deployment: OwedDeployment) {
    this.#group = group;
    this.#deployment = deployment;
    this.#path = pathOf(group, deployment);
    this.#earlier = noteOfEarlierRun(this.#path, deployment.pid);
    if (this.#earlier !== undefined && this.#earlier.begun >= begunMax) this.#giveUp();
  }

  /** An earlier run owes it, and this one has not tried it. */
  get isOfEarlierRun(): boolean {
    return this.#earlier !== undefined && this.#own === undefined;
  }

  /** The names of those whose files may be in place without a reload. */
  get resources(): readonly string[] {
    return [...new Set([...(this.#earlier?.resources ?? []), ...(this.#own ?? [])])];
  }

  /**
   * To be called while the files of these are staged: it waits for the disk together with them. On the disk when it resolves, and not
   * before may the first of them get in place; when that cannot be, that is said once. Called again, those come to these.
   */
  begin(names: readonly string[]): Promise<void> {
    const isThere = this.#earlier !== undefined || this.#own !== undefined;
    this.#own = [...new Set([...(this.#own ?? []), ...names])];
    const note = {
      resources: this.resources,
      begun: (this.#earlier?.begun ?? 0) + 1,
      by: processIdentity(this.#deployment.pid),
    };
    return this.#write(note, isThere);
  }

  /** Nothing got in place: everything is as before `begin`, which has resolved. */
  async cancel(): Promise<void> {
    if (this.#own === undefined) return;
    if (this.#earlier === undefined) return this.done();
    this.#own = undefined;
    await this.#write(this.#earlier, true);
  }

  /** Nothing is owed any more. */
  done(): void {
    if (this.#earlier === undefined && this.#own === undefined) return;
    this.#earlier = undefined;
    this.#own = undefined;
    try {
      rmSync(this.#path, { force: true });
    } catch (error) {
      this.#cannot(error);
    }
  }

  /** One that is new may be torn by a crash, which is then as if it were not there: nothing was in place yet. One that is there may not. */
  async #write(note: Note, isThere: boolean): Promise<void> {
    const text = `${JSON.stringify(note)}\n`;
    try {
      if (isThere || !existsSync(dirname(this.#path))) await writeFileAtomically(this.#path, text, { durable: true });
      else await writeSynced(this.#path, text);
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

/** For who only looks: the names of those whose reload the next run makes up for. */
export function owedByEarlierRun(group: Named, deployment: Pick<OwedDeployment, 'stateDirectory' | 'pid'>): readonly string[] {
  const note = noteOfEarlierRun(pathOf(group, deployment), deployment.pid);
  return note === undefined || note.begun >= begunMax ? [] : note.resources;
}

function pathOf(group: Named, { stateDirectory }: Pick<OwedDeployment, 'stateDirectory'>): string {
  return join(stateDirectory, 'reloads', `${stateNameOf(group)}.json`);
}

/** undefined as well when the process that owes it runs. */
function noteOfEarlierRun(path: string, pid: number): Note | undefined {
  const note = readNote(path);
  const isUnderWay = note !== undefined && note.by !== processIdentity(pid) && isIdentityRunning(note.by);
  return isUnderWay ? undefined : note;
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
