/** What a template function can reach besides its arguments. One of these exists per rendering. */
import type { DataSource, Dependency, DependencyKind, DependencyValue } from './data-source.js';
import type { FileWrite } from './file-write.js';
import type { GoValue } from './go-template/value.js';

export interface CallContext {
  readonly source: DataSource;
  /** Looks a dependency up; when it has not arrived it is noted as missing, with the place of the call. */
  lookup<K extends DependencyKind>(dependency: Dependency<K>): DependencyValue<K> | undefined;
  /** Notes that the rendering cannot be used until this dependency has a value. */
  waitFor(dependency: Dependency): void;
  /** The output of a template defined in the same file. @throws Error when there is none, or it fails */
  execute(template: string, data: GoValue): string;
  /** The output of another file of the template directory. @throws Error as confd's `include` says it */
  include(file: string, data: GoValue): string;
  /** The directory that `file` and `writeToFile` stay in; '' is none. */
  readonly sandbox: string;
  /** Notes that a file is to be written when the rendering is whole. */
  writeFile(write: Omit<FileWrite, 'at' | 'sandbox'>): void;
  /** Values that `scratch` keeps for this rendering. */
  readonly scratch: Map<string, GoValue>;
}
