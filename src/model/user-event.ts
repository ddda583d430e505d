/** User events: short messages to the agents of a datacenter, kept by each agent for a while and nowhere for good. */

export interface UserEvent {
  readonly ID: string;
  readonly Name: string;
  /** Base64; null without one. */
  readonly Payload: string | null;
  /** Patterns for linear-pattern.ts that say whom the event is for; '' is everybody. */
  readonly NodeFilter: string;
  readonly ServiceFilter: string;
  readonly TagFilter: string;
  readonly Version: number;
  /** Lamport time at which the event was heard here; 0 in the answer to whoever fired it. */
  readonly LTime: number;
}

export type UserEventInput = Pick<UserEvent, 'Name' | 'NodeFilter' | 'ServiceFilter' | 'TagFilter'> & {
  /** null without one. */
  readonly payload: Buffer | null;
};

export interface UserEventList {
  /** Oldest first. */
  readonly events: readonly UserEvent[];
  /** Made of the id of the last of them: unsigned 64-bit, not ordered; 1 when there is none. */
  readonly index: bigint;
}

/** The events of this agent. */
export interface UserEvents {
  /** Sends to every agent, this one among them. @throws MeshError `refused`, `no-path-to-datacenter` */
  fire(input: UserEventInput, options: { readonly datacenter: string }): UserEvent;
  /**
   * Those that were for this agent, of one name or ('') all. Waits only while the list's index is `index` (0 = do not), at most
   * `waitMs` (0 = ten minutes). Rejects with `signal.reason` when it fires meanwhile.
   */
  list(name: string, wait: { readonly index: bigint; readonly waitMs: number; readonly signal: AbortSignal }): Promise<UserEventList>;
}
