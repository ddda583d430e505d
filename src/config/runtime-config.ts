/**
 * The configuration an agent runs by: every source merged, every rule obeyed, frozen. Made by ./load.ts, and made anew at a reload.
 */
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import type { AgentAddresses } from './addresses.js';
import type { OptionKey, Settings } from './table.js';

export interface RuntimeConfig {
  readonly settings: Settings;
  /** What a file or a flag has set. */
  readonly given: ReadonlySet<OptionKey>;
  readonly devMode: boolean;
  /** In lower case. */
  readonly datacenter: string;
  readonly primaryDatacenter: string;
  readonly nodeName: string;
  /** A lone server that is its own leader (`bootstrap`, `bootstrap_expect = 1`, `-dev`). */
  readonly bootstrap: boolean;
  readonly leaveOnTerminate: boolean;
  readonly skipLeaveOnInterrupt: boolean;
  readonly addresses: AgentAddresses;
  /** Why this machine has no address to tell others, '' when it has: no mistake of the files, but nothing can be started so. */
  readonly addressFault: string;
  readonly recursors: readonly string[];
  /** LAN, then WAN. */
  readonly retryJoin: readonly string[];
  readonly services: readonly ServiceDefinition[];
  readonly checks: readonly CheckDefinition[];
  /** As the files say them; judged when the agent starts. */
  readonly watches: readonly Readonly<Record<string, unknown>>[];
  /** `c.json:12: ports.http`: where the files say what the text of a mistake is about. */
  readonly placesOf: (text: string) => readonly string[];
  /** For the log, or for `validate` to print. */
  readonly warnings: readonly string[];
}
