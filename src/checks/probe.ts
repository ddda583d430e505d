/** One look at a target. Every kind of check that is run at an interval is a `Probe`; the scheduling is elsewhere (periodic.ts). */
import type { Logger } from '../lib/log.js';
import type { CheckStatus } from '../model/records.js';

export interface ProbeResult {
  readonly status: CheckStatus;
  readonly output: string;
  /** Counts at once, whatever the thresholds say: the program could not be run at all. */
  readonly isFinal?: boolean;
}

export interface Probe {
  /**
   * Looks once and tells what it saw; a target that cannot be reached is a result, not an error. When `signal` fires it lets go of
   * everything it started and rejects.
   */
  run(signal: AbortSignal): Promise<ProbeResult>;
}

/** What every probe is told besides its own part of the definition. */
export interface ProbeSettings {
  readonly checkId: string;
  /** Milliseconds for the whole look. */
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  /** Lines of the agent itself, as Consul's checks log. */
  readonly log: Logger;
}

/** Certificates for probes over TLS. Without the agent's own (`enable_agent_tls_for_checks`) the system's authorities count. */
export interface ProbeTls {
  readonly skipVerify: boolean;
  /** Name expected in the certificate; '' takes the host of the address. */
  readonly serverName: string;
  /** PEM. */
  readonly authorities: readonly string[];
  readonly certificate: string;
  readonly key: string;
}
