/**
 * From rendered bytes to a file in use: compare, stage, check, rename, reload. What other code may rely on:
 *
 * - Contents, mode and owner as wanted: nothing is touched and nothing runs.
 * - At every moment the destination is the old file or the new one, whole; what a crash leaves is one of the two.
 * - A failed check leaves the old file, its inode included.
 * - A failed reload puts the old file back and reloads again, unless `keep_failed` is set, there was no file before, or the old file is
 *   one whose own reload failed: there must be something good to go back to.
 * - Every failure is one log line: resource, command, how it ended, the end of its output.
 */
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Resource } from '../resource.js';
import { TemplateError } from '../template-error.js';
import type { CommandEnd, RunShell } from './command-run.js';
import { discard, putInPlace, putLinkInPlace, stageFile, syncDirectory } from './stage.js';
import { DeployError, differences, type FileState, linkTarget, lookAt, wantedState } from './target.js';

export type Deployed = 'unchanged' | 'updated' | 'withheld' | 'failed';

export interface Deployment {
  readonly run: RunShell;
  /** Renders `check_cmd`; loaded when the first one is needed. @throws TemplateError */
  readonly renderCommand: (command: string, data: { readonly src: string; readonly dest: string }) => Promise<string>;
  readonly log: Logger;
  readonly random: Random;
  readonly own: { readonly uid: number; readonly gid: number };
  readonly noop: boolean;
  readonly syncOnly: boolean;
  readonly keepStageFile: boolean;
  /** Destination -> the contents whose reload failed last; kept over the life of the process. */
  readonly unloadable: Map<string, Uint8Array>;
  /** Ends a running command. */
  readonly signal: AbortSignal;
}

/** A file as it was before it was replaced. */
interface OldFile {
  readonly state: FileState;
  /** What it pointed to, when it was a symbolic link. */
  readonly link: string | undefined;
}

/** One resource's destination. One `deploy` at a time. */
export class Deployer {
  readonly #resource: Resource;
  readonly #deployment: Deployment;

  constructor(resource: Resource, deployment: Deployment) {
    this.#resource = resource;
    this.#deployment = deployment;
  }

  /** Never rejects for reasons of the file system or of the commands: those are logged, and the result is `failed`. */
  async deploy(content: Uint8Array): Promise<Deployed> {
    try {
      return await this.#deploy(content);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      this.#logFailure(error.message);
      return 'failed';
    }
  }

  async #deploy(content: Uint8Array): Promise<Deployed> {
    const { destination, permissions } = this.#resource;
    const { log, random, own, noop, keepStageFile } = this.#deployment;
    const before = lookAt(destination);
    const wanted = wantedState(before, { content, permissions, own });
    const reasons = differences(before, wanted);
    if (reasons.length === 0) {
      log.log('debug', `Target config ${destination} in sync`);
      return 'unchanged';
    }
    if (noop && !keepStageFile) return this.#withhold(reasons);
    const staged = await stageFile(destination, wanted, random);
    let isStaged = true;
    try {
      if (keepStageFile) log.log('info', `Keeping staged file: ${staged}`);
      if (noop) return this.#withhold(reasons);
      this.#logReasons(reasons);
      log.log('info', `Target config ${destination} out of sync`);
      if (!(await this.#check(staged))) return 'failed';
      const old = this.#worthKeeping(before);
      putInPlace(staged, destination);
      isStaged = false;
      await this.#syncDirectory();
      log.log('info', `Target config ${destination} has been updated`);
      return await this.#reload(content, old);
    } finally {
      if (isStaged && !keepStageFile) discard(staged);
    }
  }

  #withhold(reasons: readonly string[]): Deployed {
    this.#logReasons(reasons);
    this.#deployment.log.log('warn', `Noop mode enabled. ${this.#resource.destination} will not be modified`);
    return 'withheld';
  }

  #logReasons(reasons: readonly string[]): void {
    for (const reason of reasons) this.#deployment.log.log('info', `${this.#resource.destination} ${reason}`);
  }

  async #check(staged: string): Promise<boolean> {
    const { check, checkTimeoutMs } = this.#resource.commands;
    if (check === '' || this.#deployment.syncOnly) return true;
    const command = await this.#checkCommand(check, staged);
    if (command === undefined) return false;
    const end = await this.#run(command, checkTimeoutMs);
    if (end.exitCode !== 0) this.#logFailure(`Config check failed: ${end.text}`, { command, output: end.output });
    return end.exitCode === 0;
  }

  async #checkCommand(check: string, staged: string): Promise<string | undefined> {
    try {
      return await this.#deployment.renderCommand(check, { src: staged, dest: this.#resource.destination });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.#logFailure(`Config check failed: ${error.message}`, { command: check });
      return undefined;
    }
  }

  /** The file is in place either way; a crash of the machine may bring the old one back. */
  async #syncDirectory(): Promise<void> {
    const fault = await syncDirectory(this.#resource.destination);
    if (fault === '') return;
    this.#deployment.log.log('warn', `cannot sync the directory of ${this.#resource.destination}: ${fault}`, {
      resource: this.#resource.name,
    });
  }

  /** The present file, when it is worth coming back to. It is kept in memory: nothing strange lies in the directory during a reload. */
  #worthKeeping(before: FileState | undefined): OldFile | undefined {
    const { destination, commands } = this.#resource;
    if (before === undefined || commands.reload === '' || commands.keepFailed || this.#deployment.syncOnly) return undefined;
    const unloadable = this.#deployment.unloadable.get(destination);
    if (unloadable !== undefined && Buffer.compare(unloadable, before.content) === 0) return undefined;
    return { state: before, link: linkTarget(destination) };
  }

  async #reload(content: Uint8Array, old: OldFile | undefined): Promise<Deployed> {
    const { reload, reloadTimeoutMs } = this.#resource.commands;
    if (reload === '' || this.#deployment.syncOnly) return 'updated';
    const end = await this.#run(reload, reloadTimeoutMs);
    if (end.exitCode === 0) {
      this.#deployment.unloadable.delete(this.#resource.destination);
      return 'updated';
    }
    this.#deployment.unloadable.set(this.#resource.destination, content);
    const consequence = old === undefined ? this.#staysText() : await this.#restore(old);
    this.#logFailure(`Reload failed: ${end.text}; ${consequence}`, { command: reload, output: end.output });
    return 'failed';
  }

  #staysText(): string {
    return this.#resource.commands.keepFailed
      ? 'the new file stays, as keep_failed says'
      : 'the new file stays, there is no good one to put back';
  }

  async #restore({ state, link }: OldFile): Promise<string> {
    const { destination, commands } = this.#resource;
    const { random } = this.#deployment;
    try {
      if (link === undefined) putInPlace(await stageFile(destination, state, random), destination);
      else putLinkInPlace(link, destination, random);
      await this.#syncDirectory();
    } catch (error) {
      return `putting the old file back failed as well: ${systemErrorText(error)}`;
    }
    const again = await this.#run(commands.reload, commands.reloadTimeoutMs);
    if (again.exitCode === 0) return 'the old file was put back and reloaded';
    return `the old file was put back, but its reload failed too: ${again.text}`;
  }

  #run(command: string, timeoutMs: number): Promise<CommandEnd> {
    this.#deployment.log.log('debug', `Running ${command}`);
    return this.#deployment.run(command, { timeoutMs, signal: this.#deployment.signal });
  }

  #logFailure(text: string, fields: { readonly command?: string; readonly output?: string } = {}): void {
    this.#deployment.log.log('error', text, { resource: this.#resource.name, ...fields });
  }
}
