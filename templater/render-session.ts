/** What one rendering notes while it runs: what was missing and where, and the values of `scratch`. */
import type { DataSource, Dependency, DependencyKind, DependencyValue, MissingData } from './data-source.js';
import { anyDependency, dependencyId } from './data-source.js';
import { type FileWrite, FileWriteError, foldWrites } from './file-write.js';
import type { GoValue } from './go-template/value.js';
import type { Place } from './place.js';
import { TemplateError } from './template-error.js';

export class RenderSession {
  readonly source: DataSource;
  readonly scratch = new Map<string, GoValue>();
  readonly #missing = new Map<string, MissingData>();
  readonly #writes: FileWrite[] = [];

  constructor(source: DataSource) {
    this.source = source;
  }

  /** Each dependency once, in the order of asking. */
  get missing(): readonly MissingData[] {
    return [...this.#missing.values()];
  }

  lookup<K extends DependencyKind>(dependency: Dependency<K>, place: () => Place): DependencyValue<K> | undefined {
    const value = this.source.lookup(dependency);
    if (value === undefined) this.waitFor(anyDependency(dependency), place);
    return value;
  }

  waitFor(dependency: Dependency, place: () => Place): void {
    const id = dependencyId(dependency);
    if (!this.#missing.has(id)) this.#missing.set(id, { dependency, at: place() });
  }

  writeFile(write: FileWrite): void {
    this.#writes.push(write);
  }

  /** The template is through: when nothing is missing its files are written. @throws TemplateError */
  end(): void {
    const { writeFile } = this.source;
    if (this.#missing.size > 0 || writeFile === undefined) return;
    for (const write of foldWrites(this.#writes)) {
      try {
        writeFile(write);
      } catch (error) {
        if (!(error instanceof FileWriteError)) throw error;
        const { template, line, column } = write.at;
        throw new TemplateError(`template: ${template}:${line}:${column}: writeToFile: ${error.message}`, { cause: error });
      }
    }
  }
}
