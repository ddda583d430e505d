/**
 * The whole node, as `/v1/agent/self`, `members`, `reload`, `leave`, `join` and `force-leave` reach it. Implemented by `src/daemon`;
 * here because the routes are its consumer's neighbours and may not know the daemon.
 */
import type { LogFollowing } from '../lib/log-output.js';
import type { Member } from '../model/records.js';

export interface Keyring {
  /** In base64; the first is the one in use. */
  readonly keys: readonly string[];
  /** Each throws MeshError `refused`, and resolves when the change is kept. */
  install(key: string): Promise<void>;
  use(key: string): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface NodeControl {
  /** null while nothing is encrypted (`encrypt`). */
  readonly keyring: Keyring | null;
  /** Body of `/v1/agent/self`: Config, DebugConfig, Coord, Member, Stats, Meta. */
  self(): Readonly<Record<string, unknown>>;
  /** Body of `/v1/agent/host`. */
  host(): Promise<Readonly<Record<string, unknown>>>;
  /** `take` gets every line of the log from now on until what is returned is called. */
  followLog(following: LogFollowing, take: (line: string) => void): () => void;
  members(options: { readonly wan: boolean; readonly segment: string }): readonly Member[];
  /** Re-reads the configuration. Rejects with MeshError `config-invalid` and keeps what was in force. */
  reload(): Promise<void>;
  /** Leaves gracefully and stops; resolves before the process ends so that the answer gets out. */
  leave(): Promise<void>;
  join(address: string, options: { readonly wan: boolean }): Promise<void>;
  forceLeave(node: string, options: { readonly prune: boolean }): Promise<void>;
}
