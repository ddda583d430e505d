/**
 * Rendering everything once, one resource after the other in their order, as `-onetime` does and every round of `-interval`. Answers are
 * shared: what two resources need is asked for once, and what is known to be needed is asked for from the start, ahead of the rendering.
 * A group is deployed when the last of its members has been rendered, and groups that run no command wait for the disk beside each other.
 * Those that have to wait for a key do not hold their group up: they are waited for when all others are done, and follow by themselves.
 */
import { type Group, membersByGroup, type Resource } from '../resource.js';
import type { Deployed, RenderedResource } from './deployment.js';
import { dependenciesOf } from './resource-keys.js';
import { type RoundOptions, RoundRendering } from './round-rendering.js';

/** @returns whether every resource is as it should be */
export async function renderOnce(resources: readonly Resource[], options: RoundOptions): Promise<boolean> {
  const rendering = new RoundRendering(options);
  rendering.prefetch(resources.flatMap(dependenciesOf));
  const groups = new RoundGroups(resources, options);
  const late: Promise<boolean>[] = [];
  let [isGood, isWhole] = [true, true];
  for (const resource of resources) {
    isWhole = !options.signal.aborted;
    if (!isWhole) break;
    const end = await rendering.render(resource);
    const rendered = end.kind === 'ended' ? end.rendered : undefined;
    const isDeployed = await groups.add(resource, rendered);
    if (end.kind === 'waits') late.push(end.rendered().then((rendered) => groups.addLate(resource, rendered)));
    isGood &&= isDeployed && (end.kind === 'waits' || rendered !== undefined);
  }
  const isAllDeployed = await groups.settled();
  if (!isWhole) return false;
  const ends = await Promise.all(late);
  return ends.every(Boolean) && isAllDeployed && isGood;
}

/** Groups that run nothing and are deployed at the same time: their files are all made before the disk is waited for. */
const besideMost = 128;

/** What has been rendered of each group so far. */
class RoundGroups {
  readonly #options: RoundOptions;
  readonly #members: ReadonlyMap<string, readonly Resource[]>;
  readonly #rendered = new Map<string, RenderedResource[]>();
  readonly #open = new Map<string, number>();
  /** One group after the other, also when two had to wait. */
  #deploying: Promise<unknown> = Promise.resolve();
  /** To be deployed beside each other. */
  #beside: (() => Promise<Deployed>)[] = [];
  readonly #shared: ReadonlySet<string>;
  #hasFailedBeside = false;

  constructor(resources: readonly Resource[], options: RoundOptions) {
    this.#options = options;
    this.#members = membersByGroup(resources);
    this.#shared = sharedDestinations(resources);
    for (const [key, members] of this.#members) this.#open.set(key, members.length);
  }

  /**
   * @param rendered undefined when there is nothing: it failed, which has been said, or comes late
   * @returns false when the group was deployed, and that failed; of a group that runs nothing `settled` tells
   */
  async add({ group }: Resource, rendered: RenderedResource | undefined): Promise<boolean> {
    const batch = this.#rendered.get(group.stateKey) ?? [];
    this.#rendered.set(group.stateKey, batch);
    if (rendered !== undefined) batch.push(rendered);
    const open = (this.#open.get(group.stateKey) ?? 1) - 1;
    this.#open.set(group.stateKey, open);
    return open > 0 || (await this.#deploy(group, batch));
  }

  /** One that had to wait. @returns whether it is as it should be */
  async addLate({ group }: Resource, rendered: RenderedResource | undefined): Promise<boolean> {
    if (rendered === undefined || this.#options.signal.aborted) return false;
    return this.#deployAlone(this.#deployment(group, [rendered]));
  }

  async #deploy(group: Group, batch: readonly RenderedResource[]): Promise<boolean> {
    const { signal } = this.#options;
    if (batch.length === 0 || signal.aborted) return !signal.aborted;
    const deploy = this.#deployment(group, batch);
    if (!this.#mayGoBeside(group)) return this.#deployAlone(deploy);
    this.#beside.push(deploy);
    if (this.#beside.length >= besideMost) await this.#deployBeside();
    return true;
  }

  #deployment(group: Group, batch: readonly RenderedResource[]): () => Promise<Deployed> {
    const { deployment, memory } = this.#options;
    const members = this.#members.get(group.stateKey) ?? [];
    return () => memory.deployerOf({ group, members, deployment }).deploy(batch);
  }

  /** It runs nothing, and its files are its own: which of two would win must not depend on the disk. */
  #mayGoBeside({ commands, rollout, stateKey }: Group): boolean {
    const members = this.#members.get(stateKey) ?? [];
    const runsNothing = [commands, ...members.map((member) => member.commands)].every(({ check, reload }) => check === '' && reload === '');
    return (
      runsNothing &&
      rollout === undefined &&
      members.every(({ forEach, destination }) => forEach === undefined && !this.#shared.has(destination))
    );
  }

  /** After all others: a command may read their files. */
  async #deployAlone(deploy: () => Promise<Deployed>): Promise<boolean> {
    const deployed = this.#deploying.then(() => this.#deployBeside()).then(deploy);
    this.#deploying = deployed;
    return (await deployed) !== 'failed';
  }

  async #deployBeside(): Promise<void> {
    const ends = await Promise.all(this.#beside.splice(0).map((deploy) => deploy()));
    this.#hasFailedBeside ||= ends.includes('failed');
  }

  /** Deploys what is left. @returns whether all groups that run nothing were deployed */
  async settled(): Promise<boolean> {
    await this.#deployBeside();
    return !this.#hasFailedBeside;
  }
}

function sharedDestinations(resources: readonly Resource[]): ReadonlySet<string> {
  const [seen, shared] = [new Set<string>(), new Set<string>()];
  for (const { destination } of resources) (seen.has(destination) ? shared : seen).add(destination);
  return shared;
}
