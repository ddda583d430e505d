/**
 * One file to keep rendered: what a `[template]` table becomes once it is decoded, whatever file format it came from. Everything is
 * resolved (absolute paths, numbers for owners), so the runtime asks nobody else.
 */
import type { KvKey } from '../src/model/kv-key.js';
import type { Dialect } from './template.js';

export interface Resource {
  /** The file the resource was read from: what log lines call it. */
  readonly name: string;
  /** The template's file. */
  readonly source: string;
  readonly syntax: 'go' | 'handlebars';
  readonly dialect: Dialect;
  /** Where templates include others from. */
  readonly templateDirectory: string;
  readonly destination: string;
  /** Prefixes whose keys are fetched before anything is rendered; '' is the whole store. */
  readonly keyPrefixes: readonly KvKey[];
  /** Cut off from the front of absolute keys ("/app/port") before the template sees them. */
  readonly cutPrefix: string;
  readonly permissions: Permissions;
  readonly commands: Commands;
}

export interface Permissions {
  /** Permission bits; undefined keeps those of the file, and is 0644 for a new one. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** What an owner that is not given means: the owner the file has, or this process. A new file is always this process's. */
  readonly unsetOwner: 'kept' | 'own';
}

export interface Commands {
  /** A Go template with `.src` (the staged file) for a shell; '' is none. */
  readonly check: string;
  /** For a shell; '' is none. */
  readonly reload: string;
  readonly checkTimeoutMs: number;
  readonly reloadTimeoutMs: number;
  /** Leaves the new file in place when its reload fails, as confd does. */
  readonly keepFailed: boolean;
}
