/**
 * A command must not be lost with the process that was to run it: the next start finds the file as wanted, and runs nothing. So a note
 * tells which are under way (runtime/owed-reload.ts), one for all templates of a run, by their destinations.
 */
import { resolve } from 'node:path';
import { type OwedDeployment, OwedReload } from '../runtime/owed-reload.js';
import type { Settings } from './settings.js';
import type { TemplateSettings } from './template-settings.js';

export class OwedCommands {
  readonly #owed: OwedReload;
  /** The destinations of those that an earlier run has left. */
  #left: ReadonlySet<string>;

  constructor(settings: Pick<Settings, 'start' | 'templates'>, deployment: OwedDeployment) {
    this.#owed = new OwedReload({ name: 'consul-template', stateKey: runKey(settings) }, deployment);
    this.#left = new Set(this.#owed.resources);
  }

  /** Of an earlier run, which ended before the command did. */
  isOwed({ command, destination }: TemplateSettings): boolean {
    return command !== undefined && this.#left.has(resolve(destination));
  }

  /** To be called while these are staged; none may get in place before it resolves. */
  async begin(templates: readonly TemplateSettings[]): Promise<void> {
    const destinations = templates.flatMap(({ command, destination }) => (command === undefined ? [] : [resolve(destination)]));
    if (destinations.length > 0) await this.#owed.begin(destinations);
  }

  /** Nothing got in place after all. */
  cancel(): Promise<void> {
    return this.#owed.cancel();
  }

  /** All commands have ended, well or badly. */
  done(): void {
    this.#left = new Set();
    this.#owed.done();
  }
}

/** The same after a restart, and another one for every process of a machine: no two write the same files, or read the same configuration. */
function runKey({ start, templates }: Pick<Settings, 'start' | 'templates'>): string {
  const paths = start.kind === 'files' ? start.paths : templates.map(({ destination }) => destination);
  return JSON.stringify([start.kind, ...paths.map((path) => resolve(path))]);
}
