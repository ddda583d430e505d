/** All resources following their data at once, and the set of them changing when their files are read again. */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import { Deployer, type Deployment } from './deploy.js';
import { WatchHub } from './hub.js';
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

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#hub = new WatchHub(options);
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
      this.#members.delete(name);
      await member.stop();
    }
    for (const [name, resource] of wanted) if (!this.#members.has(name)) this.#members.set(name, this.#start(resource));
    await Promise.all([...this.#members.values()].map((member) => member.load()));
  }

  /** Resolves when every deployment under way has ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.stop()));
    this.#members.clear();
    this.#hub.close();
  }

  #start(resource: Resource): WatchedResource {
    const { compile, deployment, ...options } = this.#options;
    const deployer = new Deployer(resource, deployment);
    return new WatchedResource({ ...options, resource, hub: this.#hub, templateFile: new TemplateFile(resource, compile), deployer });
  }
}
