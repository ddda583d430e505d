/**
 * What is known about a run: told by the runtime as it goes (it is an `Observer`), read by the status page, the metrics and the fleet.
 * Only the last of everything is kept, and how often and how long; so it grows with the number of resources alone.
 */
import type { MissingData } from '../data-source.js';
import type { Group } from '../resource.js';
import type { RolloutNote } from '../rollout/notes.js';
import type { DeployedFiles, Observed, Observer, PinnedFiles, Reloaded, Rendered, Stage } from '../runtime/observer.js';
import { describeMissing } from '../runtime/rendering.js';
import { quietWaitMs } from '../runtime/waiting.js';
import { GroupCounts, type GroupPage, groupReport, ResourceCounts, type ResourcePage, resourceReport } from './pages.js';
import type { GroupReport, ResourceReport } from './report.js';

/** A long output is for the log; here its end is enough. */
const outputCharactersMax = 4_000;

export class StatusBook implements Observer {
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #resources = new Map<string, ResourcePage>();
  readonly #groups = new Map<string, GroupPage>();

  /** @param onChange called in the middle of the work, after every change; must neither throw nor wait */
  constructor({ now, onChange = () => {} }: { readonly now: () => number; readonly onChange?: () => void }) {
    this.#now = now;
    this.#onChange = onChange;
  }

  began(resource: Observed): void {
    const known = this.#resources.get(resource.name);
    const nothing = { counts: new ResourceCounts(), rendered: undefined, waits: [], failure: undefined, deployed: undefined };
    // In rounds it begins again and again.
    this.#resources.set(resource.name, { ...(known ?? nothing), resource });
    this.#groupPage(resource.group);
    if (known === undefined) this.#onChange();
  }

  ended({ name, group }: Observed): void {
    this.#resources.delete(name);
    const isLast = ![...this.#resources.values()].some(({ resource }) => resource.group.stateKey === group.stateKey);
    if (isLast) this.#groups.delete(group.stateKey);
    this.#onChange();
  }

  rendered({ name }: Observed, rendering: Rendered): void {
    this.#change(name, (page) => {
      page.counts.renders.add(rendering.durationMs);
      page.rendered = { atMs: this.#now(), rendering };
      if (page.failure?.stage === 'render') page.failure = undefined;
    });
  }

  waiting({ name }: Observed, missing: readonly MissingData[]): void {
    // It is told when it has waited for a while.
    const now = this.#now() - quietWaitMs;
    this.#change(name, (page) => {
      const known = new Map(page.waits.map((wait) => [wait.what, wait]));
      const waits = new Map(missing.map((one) => [describeMissing(one), { what: describeMissing(one), sinceMs: now }]));
      for (const { what, sinceMs } of page.waits) if (!waits.has(what)) page.counts.waits.add(this.#now() - sinceMs);
      page.waits = [...waits.values()].map((wait) => known.get(wait.what) ?? wait);
    });
  }

  failed({ name }: Observed, { stage, message }: { readonly stage: Stage; readonly message: string }): void {
    this.#change(name, (page) => {
      page.counts.failures[stage].count += 1;
      const isSame = page.failure?.message === message && page.failure.stage === stage;
      if (!isSame) page.failure = { stage, message, sinceMs: this.#now() };
    });
  }

  deployed({ name, group }: Observed, deployed: DeployedFiles): void {
    this.#change(name, (page) => {
      page.counts.deployments.count += 1;
      page.failure = undefined;
      const before = page.deployed !== undefined && sameFiles(page.deployed.deployed, deployed) ? page.deployed : undefined;
      // Read now: what the figures are made from is large.
      const { files, index } = deployed;
      page.deployed = { atMs: before === undefined ? this.#now() : before.atMs, deployed: { files, index } };
      const groupPage = this.#groupPage(group);
      // What failed here is not wanted any more.
      if (groupPage.rollout?.note.phase === 'failed') groupPage.rollout = undefined;
    });
  }

  reloaded(group: Group, reload: Reloaded): void {
    const page = this.#groupPage(group);
    (reload.ok ? page.counts.goodReloads : page.counts.badReloads).add(reload.durationMs);
    page.reload = {
      atMs: this.#now(),
      reload: { ...reload, output: reload.output.slice(-outputCharactersMax), causes: [...reload.causes] },
    };
    this.#onChange();
  }

  pinned(group: Group, { version, since, files }: PinnedFiles): void {
    const sinceMs = Date.parse(since);
    this.#groupPage(group).pin = { version, sinceMs };
    for (const page of this.#resources.values()) {
      if (page.resource.group.stateKey !== group.stateKey) continue;
      const own = files
        .filter(({ resource }) => resource === page.resource.name)
        .map(({ destination, sha256 }) => ({ destination, sha256 }));
      page.deployed = own.length === 0 ? undefined : { atMs: sinceMs, deployed: { files: own, index: 0 } };
    }
    this.#onChange();
  }

  resumed(group: Group): void {
    this.#groupPage(group).pin = undefined;
    this.#onChange();
  }

  /** How the group stands in its rollout. */
  rollout(group: Group, note: RolloutNote): void {
    const page = this.#groupPage(group);
    const sinceMs = page.rollout?.note.phase === note.phase ? page.rollout.sinceMs : this.#now();
    page.rollout = { note, sinceMs };
    this.#onChange();
  }

  resourceReports(): readonly ResourceReport[] {
    return [...this.#resources.values()].map((page) => resourceReport(page, this.#groups.get(page.resource.group.stateKey)));
  }

  groupReports(): readonly GroupReport[] {
    return [...this.#groups.values()].map((page) => groupReport(page, this.#membersOf(page)));
  }

  counts(): {
    readonly resources: readonly { readonly name: string; readonly counts: ResourceCounts; readonly waitingMs: number }[];
    readonly groups: readonly { readonly name: string; readonly counts: GroupCounts }[];
  } {
    const now = this.#now();
    return {
      resources: [...this.#resources].map(([name, { counts, waits }]) => {
        return { name, counts, waitingMs: Math.max(0, ...waits.map(({ sinceMs }) => now - sinceMs)) };
      }),
      groups: [...this.#groups.values()].map(({ group, counts }) => ({ name: group.name, counts })),
    };
  }

  /** What is told about a resource that has ended is dropped: its last deployment may end after it. */
  #change(name: string, change: (page: ResourcePage) => void): void {
    const page = this.#resources.get(name);
    if (page === undefined) return;
    change(page);
    this.#onChange();
  }

  #groupPage(group: Group): GroupPage {
    const known = this.#groups.get(group.stateKey);
    if (known !== undefined) return known;
    const page: GroupPage = { group, counts: new GroupCounts(), reload: undefined, pin: undefined, rollout: undefined };
    this.#groups.set(group.stateKey, page);
    return page;
  }

  #membersOf({ group }: GroupPage): readonly string[] {
    return [...this.#resources.values()]
      .filter(({ resource }) => resource.group.stateKey === group.stateKey)
      .map(({ resource }) => resource.name);
  }
}

function sameFiles(before: DeployedFiles, now: DeployedFiles): boolean {
  if (before.files.length !== now.files.length) return false;
  return before.files.every(({ destination, sha256 }, position) => {
    const other = now.files[position];
    return other?.destination === destination && other.sha256 === sha256;
  });
}
