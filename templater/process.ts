/** What a run knows of the process it is in. Made once, by main.ts. */
export interface ProcessParts {
  /** What there is besides running, for the help. */
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly hostName: string;
  /** Effective ids. */
  readonly own: { readonly uid: number; readonly gid: number };
  readonly now: () => number;
  readonly print: (text: string | Uint8Array) => void;
  readonly printError: (text: string) => void;
  /** The first SIGINT or SIGTERM; `signal` tells which. */
  readonly onEnd: (task: (signal: NodeJS.Signals) => void) => void;
  /** SIGHUP. */
  readonly onReload: (task: () => void) => void;
  /** Any signal, every time it comes. */
  readonly onSignal: (signal: NodeJS.Signals, task: () => void) => void;
}
