/**
 * Rendering everything once, one resource after the other in their order, as `-onetime` does and every round of `-interval`. Answers are
 * shared: what two resources need is asked for once, and what is known to be needed is asked for at the start, all at once. A group is
 * deployed when the last of its members has been rendered; those that have to wait for a key are waited for when all others are done.
 */
import { membersByGroup, type Resource } from '../resource.js';
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
    if (end.kind === 'waits') late.push(end.rendered().then((rendered) => groups.add(resource, rendered)));
    else isGood = (await groups.add(resource, end.rendered)) && isGood;
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

  /** @param rendered undefined when that failed, which has been said. @returns whether it is as it should be, as far as is known by now */
  async add({ group }: Resource, rendered: RenderedResource | undefined): Promise<boolean> {
    const { deployment, memory, signal } = this.#options;
    const batch = this.#rendered.get(group.stateKey) ?? [];
    this.#rendered.set(group.stateKey, batch);
    if (rendered !== undefined) batch.push(rendered);
    const open = (this.#open.get(group.stateKey) ?? 1) - 1;
    this.#open.set(group.stateKey, open);
    if (open > 0 || batch.length === 0 || signal.aborted) return rendered !== undefined;
    const deployed = this.#deploying.then(() =>
      memory.deployerOf({ group, members: this.#members.get(group.stateKey) ?? [], deployment }).deploy(batch),
    );
    this.#deploying = deployed;
    return (await deployed) !== 'failed' && rendered !== undefined;
  }
}
