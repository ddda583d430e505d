/** A group's versions, pin and made files around its rounds: what group-round.ts asks for, kept by group-state.ts. */
import { sep } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Group, Resource } from '../resource.js';
import type { Output } from './change-set.js';
import type { Deployment, RenderedResource } from './deployment.js';
import type { TurnOutcome } from './gate.js';
import { type FormerFiles, GroupState, type KeptFile, type Pin, type Version } from './group-state.js';
import { MadeFiles } from './made-files.js';
import type { GoodVersion, RoundKeeper } from './round-context.js';
import { holdLock } from './state-lock.js';
import { lookAt } from './target.js';

export interface KeeperParts {
  readonly group: Group;
  /** The members of the moment. */
  readonly members: () => readonly Resource[];
  readonly deployment: Deployment;
}

export class Keeper implements RoundKeeper {
  readonly state: GroupState;
  readonly made: MadeFiles;
  readonly #parts: KeeperParts;
  #release = () => {};
  #pinCount: number | undefined;

  /** @throws DeployError */
  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.state = new GroupState(parts.deployment.stateDirectory, parts.group);
    this.made = new MadeFiles(this.state, parts.deployment.log);
  }

  /** @returns `isOther`: somebody has pinned, or resumed, or both, since this was asked before. @throws DeployError */
  lookAtPin(): { readonly pin: Pin | undefined; readonly isOther: boolean } {
    const { pin, count } = this.state.pinState();
    const isOther = this.#pinCount !== undefined && this.#pinCount !== count;
    this.#pinCount = count;
    return { pin, isOther };
  }

  async begin(due: readonly RenderedResource[], isUnproven: boolean): Promise<'free' | 'pinned'> {
    await this.lock();
    try {
      const { pin, count } = this.state.pinState();
      if (pin !== undefined || count !== this.#pinCount) {
        this.unlock();
        return 'pinned';
      }
      await this.made.expect(due);
      await this.#keepFormer(due);
      // What there was before anybody wrote it down is the first version: one can go back to it.
      if (!isUnproven && this.state.versionNumbers().length === 0) await this.#keepVersion();
      return 'free';
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  async end(due: readonly RenderedResource[], outcome: TurnOutcome): Promise<void> {
    try {
      await this.made.settle(due);
      if (outcome === 'done') await this.#keepVersion();
    } catch (error) {
      this.#parts.deployment.log.log('error', systemErrorText(error), { group: this.#parts.group.name });
    } finally {
      this.unlock();
    }
  }

  /** Everything was as wanted: it may not have been written down yet. Never rejects. */
  async unchanged(due: readonly RenderedResource[]): Promise<void> {
    try {
      await this.lock();
      await this.made.expect(due);
    } catch (error) {
      if (this.#parts.deployment.ending.aborted) return;
      this.#parts.deployment.log.log('error', systemErrorText(error), { group: this.#parts.group.name });
    }
    await this.end(due, 'done');
  }

  goodVersion(): GoodVersion | undefined {
    for (const number of this.state.versionNumbers().toReversed()) {
      const version = this.state.version(number);
      if (version === undefined || version.files.some((file) => this.#isUnloadable(file))) continue;
      return { version: number, time: version.time, due: this.renderingOf(version) };
    }
    return undefined;
  }

  /** @param onWaiting called when somebody else has it for long. @throws DeployError */
  async lock(onWaiting?: () => void): Promise<void> {
    const { pid, clock, ending } = this.#parts.deployment;
    this.state.make();
    this.#release = await holdLock(this.state.lockFile, { pid, clock, signal: ending, ...(onWaiting && { onWaiting }) });
  }

  unlock(): void {
    this.#release();
    this.#release = () => {};
  }

  /**
   * What a version makes the members be. Files that lie where no member has any now are left out, and a member that has no file in it is
   * what it was before this one wrote it.
   */
  renderingOf({ version, files }: Version): readonly RenderedResource[] {
    const former = this.state.formerFiles();
    return this.#parts.members().map((resource) => ({
      // A version without an item is one like the others.
      resource: { ...resource, allowEmpty: true },
      ...filesIn(resource, { files, former }),
      refused: [],
      causes: () => [`version ${version}`],
      index: () => 0,
    }));
  }

  /** Where something is about to be put for the first time. */
  async #keepFormer(due: readonly RenderedResource[]): Promise<void> {
    if (this.#parts.group.keepVersions === 0) return;
    const known = this.state.formerFiles();
    const fresh = due.flatMap(({ resource: { forEach, destination } }) =>
      forEach !== undefined || known.has(destination) ? [] : destination,
    );
    if (fresh.length === 0) return;
    const present = new Set(this.#parts.members().map(({ destination }) => destination));
    const others = [...known].filter(([destination]) => present.has(destination));
    await this.state.writeFormerFiles(new Map([...others, ...fresh.map((destination) => [destination, lookAt(destination)] as const)]));
  }

  async #keepVersion(): Promise<void> {
    const { group, deployment } = this.#parts;
    if (group.keepVersions === 0) return;
    const files = this.filesNow();
    const time = new Date(deployment.clock.now()).toISOString();
    // Such files stay in place when there are no better ones; nobody should go back to them.
    if (files.length === 0 || files.some((file) => this.#isUnloadable(file))) return;
    await this.state.keepVersion(files, { keep: group.keepVersions, time });
  }

  #isUnloadable({ destination, content }: KeptFile): boolean {
    const unloadable = this.#parts.deployment.unloadable.get(destination);
    return unloadable !== undefined && Buffer.compare(unloadable, content) === 0;
  }

  /** The files of all members, as they are on the disk. @throws DeployError */
  filesNow(): readonly KeptFile[] {
    return this.#parts.members().flatMap((resource) => {
      const destinations = resource.forEach === undefined ? [resource.destination] : this.made.of(resource);
      return destinations.flatMap((destination) => {
        const now = lookAt(destination);
        return now === undefined ? [] : [{ ...now, resource: resource.name, destination }];
      });
    });
  }
}

function filesIn(
  resource: Resource,
  { files, former }: { readonly files: readonly KeptFile[]; readonly former: FormerFiles },
): Pick<RenderedResource, 'outputs' | 'gone'> {
  const { destination } = resource;
  const kept = files.filter((file) => file.resource === resource.name && isPlaceOf(resource, file.destination));
  if (kept.length > 0 || resource.forEach !== undefined || !former.has(destination)) return { outputs: kept.map(outputOf) };
  const before = former.get(destination);
  return before === undefined ? { outputs: [], gone: [destination] } : { outputs: [outputOf({ destination, ...before })] };
}

function isPlaceOf({ destination, forEach }: Resource, path: string): boolean {
  return forEach === undefined ? path === destination : path.startsWith(forEach.root + sep);
}

function outputOf({ destination, content, mode, uid, gid }: Omit<KeptFile, 'resource'>): Output {
  return { destination, content, permissions: { mode, uid, gid, unsetOwner: 'kept' } };
}
