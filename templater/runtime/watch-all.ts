/** All resources following their data at once, in their groups, and the set of them changing when their files are read again. */
import type { Clock } from '../../src/lib/clock.js';
import type { DirectoryWatch } from '../../src/lib/file-watch.js';
import type { Logger } from '../../src/lib/log.js';
import { putFile } from '../file-write.js';
import { type Group, membersByGroup, type Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import { GroupDeployer } from './deploy.js';
import type { Deployment } from './deployment.js';
import { GroupRunner } from './group-runner.js';
import { WatchHub } from './hub.js';
import { DeployError } from './target.js';
import { type CompileTemplate, TemplateFile } from './template-file.js';
import { WatchedResource } from './watched-resource.js';

export interface WatchOptions {
  readonly source: Source;
  readonly compile: CompileTemplate;
  readonly deployment: Deployment;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export class WatchedSet {
  readonly #options: WatchOptions;
  readonly #hub: WatchHub;
  readonly #members = new Map<string, WatchedResource>();
  readonly #groups = new Map<string, GroupRunner>();
  #pinWatch: DirectoryWatch | undefined;
  /** Whose pins are watched; whose cannot be, that has been said. */
  readonly #pinsSought = new WeakSet<GroupRunner>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#hub = new WatchHub(options);
    options.deployment.gate.onRelease(({ stateKey }) => this.#groups.get(stateKey)?.retry());
  }

  /**
   * Goes over to these resources: new ones begin, those that are gone end, changed ones begin anew, and the templates of the others are
   * read again. `keep` tells of names whose file cannot be read at the moment: what runs under such a name goes on as it was.
   */
  async become(resources: readonly Resource[], keep: ReadonlySet<string>): Promise<void> {
    const wanted = new Map(resources.map((resource) => [resource.name, resource]));
    for (const [name, member] of this.#members) {
      const now = wanted.get(name);
      if (now === undefined ? keep.has(name) : JSON.stringify(now) === JSON.stringify(member.resource)) continue;
      await this.#end(member);
    }
    const kept = [...this.#members.values()].map(({ resource }) => resource).filter(({ name }) => !wanted.has(name));
    await this.#regroup([...wanted.values(), ...kept]);
    for (const [name, resource] of wanted) if (!this.#members.has(name)) this.#members.set(name, this.#start(resource));
    await Promise.all([...this.#members.values()].map((member) => member.load()));
  }

  /** Resolves when every deployment under way has ended. */
  async stop(): Promise<void> {
    await this.#pinWatch?.stop();
    await Promise.all([...this.#groups.values()].map((group) => group.stop()));
    await Promise.all([...this.#members.values()].map((member) => this.#end(member)));
    this.#groups.clear();
    this.#hub.close();
  }

  #start(resource: Resource): WatchedResource {
    const { compile, deployment, ...options } = this.#options;
    const { observer } = deployment;
    const { name, group } = resource;
    observer.began(resource);
    return new WatchedResource({
      ...options,
      resource,
      observer,
      writeFile: deployment.noop ? undefined : putFile,
      hub: this.#hub,
      templateFile: new TemplateFile(resource, compile),
      sink: {
        // A group that has ended deploys nothing any more.
        offer: (rendered) => this.#groups.get(group.stateKey)?.offer({ ...rendered, resource }) ?? Promise.resolve(),
        pauses: () => this.#groups.get(group.stateKey)?.pauses(name),
      },
    });
  }

  async #end(member: WatchedResource): Promise<void> {
    const { name, group } = member.resource;
    this.#members.delete(name);
    await member.stop();
    this.#groups.get(group.stateKey)?.forget(name);
    this.#options.deployment.observer.ended(member.resource);
  }

  async #regroup(resources: readonly Resource[]): Promise<void> {
    const members = membersByGroup(resources);
    for (const [key, runner] of this.#groups) {
      const group = members.get(key)?.[0]?.group;
      if (group !== undefined && JSON.stringify(group) === JSON.stringify(runner.group)) continue;
      this.#groups.delete(key);
      await runner.stop();
    }
    for (const [key, ofGroup] of members) {
      const known = this.#groups.get(key);
      if (known !== undefined) known.become(ofGroup);
      else if (ofGroup[0] !== undefined) this.#groups.set(key, this.#open(ofGroup[0].group, ofGroup));
    }
    await this.#watchPins();
  }

  #open(group: Group, members: readonly Resource[]): GroupRunner {
    const { clock, deployment } = this.#options;
    return new GroupRunner({ group, members, clock, deployer: new GroupDeployer({ group, members, deployment }) });
  }

  /** Another process pins and resumes; only groups that keep versions can be pinned. */
  async #watchPins(): Promise<void> {
    const directories: string[] = [];
    for (const runner of this.#groups.values()) {
      if (this.#pinsSought.has(runner)) continue;
      this.#pinsSought.add(runner);
      try {
        const directory = await runner.watchedDirectory();
        if (directory !== undefined) directories.push(directory);
      } catch (error) {
        if (!(error instanceof DeployError)) throw error;
        this.#options.log.log('error', error.message, { group: runner.group.name });
      }
    }
    if (directories.length === 0) return;
    if (this.#pinWatch === undefined) {
      const { DirectoryWatch } = await import('../../src/lib/file-watch.js');
      this.#pinWatch = new DirectoryWatch({ clock: this.#options.clock, onChange: () => this.#pinsChanged() });
    }
    this.#pinWatch.add(directories);
  }

  #pinsChanged(): void {
    for (const runner of this.#groups.values()) if (runner.group.keepVersions > 0) void runner.pinChanged();
  }
}
