/**
 * Rendering everything once, one resource after the other in their order, as `-onetime` does and every round of `-interval`. Answers are
 * shared: what two resources need is asked for once, and what is known to be needed is asked for at the start, all at once. A group is
 * deployed when the last of its members has been rendered. Those that have to wait for a key do not hold their group up: they are waited for
 * when all others are done, and follow by themselves.
 */
import { type Group, membersByGroup, type Resource } from '../resource.js';
import type { RenderedResource } from './deployment.js';
import { dependenciesOf } from './resource-keys.js';
import { type RoundOptions, RoundRendering } from './round-rendering.js';

/** @returns whether every resource is as it should be */
export async function renderOnce(resources: readonly Resource[], options: RoundOptions): Promise<boolean> {
  const rendering = new RoundRendering(options);
  for (const resource of resources) for (const dependency of dependenciesOf(resource)) rendering.prefetch(dependency);
  const groups = new RoundGroups(resources, options);
  const late: Promise<boolean>[] = [];
  let isGood = true;
  for (const resource of resources) {
    if (options.signal.aborted) return false;
    const end = await rendering.render(resource);
    const rendered = end.kind === 'ended' ? end.rendered : undefined;
    const isDeployed = await groups.add(resource, rendered);
    if (end.kind === 'waits') late.push(end.rendered().then((rendered) => groups.addLate(resource, rendered)));
    isGood &&= isDeployed && (end.kind === 'waits' || rendered !== undefined);
  }
  const ends = await Promise.all(late);
  return ends.every(Boolean) && isGood;
}

/** What has been rendered of each group so far. */
class RoundGroups {
  readonly #options: RoundOptions;
  readonly #members: ReadonlyMap<string, readonly Resource[]>;
  readonly #rendered = new Map<string, RenderedResource[]>();
  readonly #open = new Map<string, number>();
  /** One group after the other, also when two had to wait. */
  #deploying: Promise<unknown> = Promise.resolve();

  constructor(resources: readonly Resource[], options: RoundOptions) {
    this.#options = options;
    this.#members = membersByGroup(resources);
    for (const [key, members] of this.#members) this.#open.set(key, members.length);
  }

  /**
   * @param rendered undefined when there is nothing: it failed, which has been said, or comes late
   * @returns false when the group was deployed, and that failed
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
    return rendered !== undefined && (await this.#deploy(group, [rendered]));
  }

  async #deploy(group: Group, batch: readonly RenderedResource[]): Promise<boolean> {
    const { deployment, memory, signal } = this.#options;
    if (batch.length === 0 || signal.aborted) return !signal.aborted;
    const members = this.#members.get(group.stateKey) ?? [];
    const deployed = this.#deploying.then(() => memory.deployerOf({ group, members, deployment }).deploy(batch));
    this.#deploying = deployed;
    return (await deployed) !== 'failed';
  }
}
