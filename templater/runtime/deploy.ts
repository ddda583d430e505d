/**
 * A group's files, from what its resources render to what is in use (group-round.ts tells how one change goes). What did not get in place
 * is kept and goes with the next change: a failure of one resource must not make the others of the group forget what they were to be.
 */
import { sha256Hex } from '../../src/lib/hash.js';
import type { Group, Resource } from '../resource.js';
import { type Deployed, type Deployment, type RenderedResource, withCausesOf } from './deployment.js';
import { GroupRound } from './group-round.js';
import type { Pin } from './group-state.js';
import type { Keeper } from './keeper.js';
import type { DeployedFiles } from './observer.js';
import type { OwedReload } from './owed-reload.js';
import { RefusedItems, withoutEmptied, withoutLinked } from './refused-items.js';
import { ReloadRate } from './reload-rate.js';
import { RoundFailure } from './round-context.js';
import { DeployError } from './target.js';

export interface DeployerParts {
  readonly group: Group;
  readonly members: readonly Resource[];
  readonly deployment: Deployment;
}

/** One `deploy` at a time. */
export class GroupDeployer {
  readonly group: Group;
  readonly #deployment: Deployment;
  #members: readonly Resource[];
  /** Name -> what is to be in place and is not yet. */
  readonly #due = new Map<string, RenderedResource>();
  /** The same, in place or not, where versions are kept: an older one may take its place. */
  readonly #newest = new Map<string, RenderedResource>();
  #keeper: Keeper | undefined;
  #owed: OwedReload | undefined;
  #pinned: number | undefined;
  readonly #refused = new RefusedItems();
  /** Putting the old files back counts with the change that led to it. */
  readonly #rate: ReloadRate;
  /** Fires to give up waiting for a turn. */
  #superseding = new AbortController();
  readonly #onEnding = () => this.#superseding.abort();

  constructor({ group, members, deployment }: DeployerParts) {
    this.group = group;
    this.#members = members;
    this.#deployment = deployment;
    this.#rate = new ReloadRate(group, deployment);
  }

  /** Of those that are gone, or are others now, nothing is to be put in place any more. */
  set members(members: readonly Resource[]) {
    const before = new Set(this.#members.map((member) => JSON.stringify(member)));
    const texts = new Set(members.map((member) => JSON.stringify(member)));
    this.#members = members;
    for (const known of [this.#due, this.#newest])
      for (const [name, { resource }] of known) if (!texts.has(JSON.stringify(resource))) known.delete(name);
    // Whoever begins is to be told as well.
    if ([...texts].some((text) => !before.has(text))) this.#pinned = undefined;
  }

  /** How long `max_rate` holds changes back yet, in milliseconds. */
  heldForMs(): number {
    return this.#rate.heldForMs();
  }

  /**
   * Never rejects for reasons of the file system or of the commands: those are logged, and the result is `failed`.
   *
   * @param onWaiting called when the turn of this machine may be long in coming: `supersede` ends that then
   */
  async deploy(batch: readonly RenderedResource[], onWaiting: () => void = () => {}): Promise<Deployed> {
    for (const rendered of batch) {
      const { name } = rendered.resource;
      if (this.group.keepVersions > 0) this.#newest.set(name, rendered);
      this.#due.set(name, withCausesOf(this.#due.get(name), rendered));
    }
    try {
      const keeper = await this.#openKeeper();
      const owed = await this.#openOwed();
      const isPinned = this.#lookAtPin(keeper).isPinned;
      const due = this.#dueNow();
      if (isPinned && owed?.isOfEarlierRun) await this.#round([], { keeper: undefined, owed, onWaiting });
      const end = isPinned ? 'pinned' : await this.#round(due, { keeper, owed, onWaiting });
      // Pinned in the middle of it; when that has ended already, everything is to be compared again.
      if (end === 'pinned' && !isPinned && !this.#lookAtPin(keeper).isPinned) return this.deploy([], onWaiting);
      if (end === 'unchanged' || end === 'updated') this.#inPlace(due);
      return this.#refused.tell(due, this.#deployment) ? 'failed' : end;
    } catch (error) {
      if (error instanceof DeployError) return this.#failed(new RoundFailure('write', error.message, { group: this.group.name }));
      if (error instanceof RoundFailure) return this.#failed(error);
      throw error;
    }
  }

  /** Somebody may have put a version back, or ended that. @returns whether what is due may be deployed now */
  async pinChanged(): Promise<boolean> {
    try {
      const { isPinned, isOther } = this.#lookAtPin(await this.#openKeeper());
      return isOther && !isPinned && this.#due.size > 0;
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      this.#deployment.log.log('error', error.message, { group: this.group.name });
      return false;
    }
  }

  /** The directory to be watched for pins; undefined when the group keeps no versions. @throws DeployError */
  async watchedDirectory(): Promise<string | undefined> {
    const keeper = this.group.keepVersions > 0 && !this.#deployment.noop ? await this.#openKeeper() : undefined;
    keeper?.state.make();
    return keeper?.state.directory;
  }

  /** There is something newer: a turn that has not come yet is not waited for. */
  supersede(): void {
    this.#superseding.abort();
  }

  async #round(
    due: readonly RenderedResource[],
    parts: { readonly keeper: Keeper | undefined; readonly owed: OwedReload | undefined; readonly onWaiting: () => void },
  ): Promise<Deployed> {
    const { noop, ending } = this.#deployment;
    const { keeper } = parts;
    // A controller for every change would be felt in the time from a change to the file; only turns are ever waited for.
    const superseded = this.group.rollout === undefined ? ending : this.#newSuperseding();
    const isHeld = () => this.heldForMs() > 0;
    const { group } = this;
    const round = new GroupRound({ group, members: this.#members, due, deployment: this.#deployment, isHeld, superseded, ...parts });
    try {
      const end = await round.run();
      if (end === 'unchanged' && !noop) await keeper?.unchanged(due);
      return end;
    } finally {
      ending.removeEventListener('abort', this.#onEnding);
      if (round.hasReloaded) this.#rate.reloaded();
    }
  }

  #newSuperseding(): AbortSignal {
    const { ending } = this.#deployment;
    this.#superseding = new AbortController();
    ending.addEventListener('abort', this.#onEnding, { once: true });
    if (ending.aborted) this.#superseding.abort();
    return this.#superseding.signal;
  }

  #inPlace(due: readonly RenderedResource[]): void {
    for (const rendered of due) {
      this.#due.delete(rendered.resource.name);
      if (rendered.isEmptied) continue;
      this.#deployment.observer.deployed(rendered.resource, deployedFiles(rendered));
    }
  }

  #dueNow(): readonly RenderedResource[] {
    return this.#members
      .flatMap(({ name }) => this.#due.get(name) ?? [])
      .map((rendered) => withoutEmptied(withoutLinked(rendered), this.#keeper?.made));
  }

  #failed({ stage, message, fields }: RoundFailure): Deployed {
    this.#deployment.log.log('error', message, fields);
    for (const { resource } of this.#dueNow()) this.#deployment.observer.failed(resource, { stage, message });
    return 'failed';
  }

  /** Groups that keep nothing on the disk have none. @throws DeployError */
  async #openKeeper(): Promise<Keeper | undefined> {
    if (this.group.keepVersions === 0 && this.#members.every(({ forEach }) => forEach === undefined)) return undefined;
    if (this.#keeper === undefined) {
      const { Keeper } = await import('./keeper.js');
      this.#keeper = new Keeper({ group: this.group, members: () => this.#members, deployment: this.#deployment });
    }
    return this.#keeper;
  }

  /** Groups without a reload have none. */
  async #openOwed(): Promise<OwedReload | undefined> {
    const { noop, syncOnly } = this.#deployment;
    const reloads = [this.group, ...this.#members].some(({ commands }) => commands.reload !== '');
    if (!reloads || noop || syncOnly) return undefined;
    if (this.#owed === undefined) {
      const { OwedReload } = await import('./owed-reload.js');
      this.#owed = new OwedReload(this.group, this.#deployment);
    }
    return this.#owed;
  }

  /** Somebody may have put a version back, or ended that, or both since the last look. @throws DeployError */
  #lookAtPin(keeper: Keeper | undefined): { readonly isPinned: boolean; readonly isOther: boolean } {
    if (keeper === undefined) return { isPinned: false, isOther: false };
    const { pin, isOther } = keeper.lookAtPin();
    if (isOther) this.#allIsDue(keeper);
    if (pin !== undefined) this.#tellPinned(pin, keeper);
    else if (isOther) this.#tellResumed();
    return { isPinned: pin !== undefined, isOther };
  }

  /** An older version is in place, or was. */
  #allIsDue(keeper: Keeper): void {
    keeper.made.readAgain();
    for (const [name, newest] of this.#newest) if (!this.#due.has(name)) this.#due.set(name, { ...newest, causes: () => ['resume'] });
  }

  #tellPinned({ version, since }: Pin, { state }: Keeper): void {
    if (version === this.#pinned) return;
    this.#pinned = version;
    const { log, observer } = this.#deployment;
    log.log('warn', `${this.group.name} is pinned to version ${version}; changes wait for mesh-template resume ${this.group.name}`);
    const kept = state.version(version)?.files ?? [];
    const files = kept.map(({ resource, destination, content }) => ({ resource, destination, sha256: sha256Hex(content) }));
    observer.pinned(this.group, { version, since, files });
  }

  #tellResumed(): void {
    this.#pinned = undefined;
    this.#deployment.log.log('info', `${this.group.name} is not pinned any more`);
    this.#deployment.observer.resumed(this.group);
  }
}

/** Made when somebody reads it. */
function deployedFiles({ outputs, index }: RenderedResource): DeployedFiles {
  return {
    get files() {
      return outputs.map(({ destination, content }) => ({ destination, sha256: sha256Hex(content) }));
    },
    get index() {
      return index();
    },
  };
}
