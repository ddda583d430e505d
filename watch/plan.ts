/** What is watched. Decoded by definition.ts from a configuration file, or from the flags of `mesh watch`. */
export interface PlanOptions {
  /** '' is the agent's own. */
  readonly datacenter: string;
  readonly token: string;
  /** Any server may answer. */
  readonly stale: boolean;
}

export type WatchPlan = PlanOptions &
  (
    | { readonly kind: 'key'; readonly key: string }
    | { readonly kind: 'keyprefix'; readonly prefix: string }
    | { readonly kind: 'services' }
    | { readonly kind: 'nodes' }
    | { readonly kind: 'service'; readonly service: string; readonly tags: readonly string[]; readonly passingOnly: boolean }
    /** Of a service, in a state, or all; never both. */
    | { readonly kind: 'checks'; readonly service: string; readonly state: string }
    /** '' is every event. */
    | { readonly kind: 'event'; readonly name: string }
  );

export type WatchHandler =
  | { readonly kind: 'command'; readonly args: readonly string[] }
  /** A line for a shell, the old form. */
  | { readonly kind: 'shell'; readonly line: string }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, readonly string[]>>;
      readonly timeoutMs: number;
      readonly skipTlsVerify: boolean;
    };

export interface WatchDefinition {
  readonly plan: WatchPlan;
  readonly handler: WatchHandler;
}
