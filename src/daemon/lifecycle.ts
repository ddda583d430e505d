/** The later life of a running agent: reload, leave, stop. */
import type { Agent } from '../agent/agent.js';
import { dnsSettings } from '../config/dns-settings.js';
import { httpSettings } from '../config/http-settings.js';
import { ConfigMistake, toldWithPlaces } from '../config/places.js';
import { reloaded } from '../config/reload.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { DnsServer } from '../dns/server.js';
import type { HttpServer } from '../http/server.js';
import { sleep } from '../lib/clock.js';
import type { MetricsReport } from '../lib/metrics-report.js';
import type { StopStack } from '../lib/stop-stack.js';
import { MeshError } from '../model/errors.js';
import { agentSettings } from './agent-settings.js';
import { warningsOf } from './limits.js';
import { configuredLevel } from './log.js';
import type { AgentParts, RunningAgent } from './parts.js';
import { listenerTls } from './tls.js';
import { planWatches, type WatchSet } from './watches.js';

export interface LifecycleParts extends AgentParts {
  readonly agent: Agent;
  readonly dns: DnsServer;
  readonly stops: StopStack;
}

/** What is started last, and reloaded with the rest. */
interface Doors {
  readonly http: HttpServer;
  readonly watches: WatchSet;
  readonly report: MetricsReport;
}

export class Lifecycle implements RunningAgent {
  readonly whenLeft: Promise<void>;
  private readonly parts: LifecycleParts;
  private doors: Doors | null = null;
  private current: RuntimeConfig;
  private reloading: Promise<void> = Promise.resolve();
  private leaving: Promise<void> | null = null;
  private readonly stopping = new AbortController();
  private hasLeft: () => void = () => {};

  constructor(parts: LifecycleParts) {
    this.parts = parts;
    this.current = parts.config;
    this.whenLeft = new Promise((resolve) => {
      this.hasLeft = resolve;
    });
  }

  /** As in force. */
  get config(): RuntimeConfig {
    return this.current;
  }

  /** From here on it can be reloaded. */
  begin(doors: Doors): void {
    this.doors = doors;
  }

  /** One after the other: two at once would exchange the same services. */
  reload(): Promise<void> {
    const next = this.reloading.then(() => this.reloadNow()).catch((error) => this.refused(error));
    this.reloading = next.catch(() => {
      // Told to whoever asked for it; the next reload starts afresh.
    });
    return next;
  }

  /** A lone server has nobody to hand over to: it goes on serving for `leave_drain_time` only when somebody has set that. */
  leave(): Promise<void> {
    this.leaving ??= this.leaveNow();
    return this.leaving;
  }

  stop(): Promise<void> {
    this.stopping.abort(new MeshError('stopping', 'the agent is stopping'));
    return this.parts.stops.stop();
  }

  /** To whoever asked, and the places to the log. */
  private refused(error: unknown): never {
    if (!(error instanceof MeshError)) throw error;
    const logger = this.parts.log.logger.named('agent');
    if (error instanceof ConfigMistake)
      for (const place of error.places) logger.log('error', 'The configuration is at fault', { at: place });
    throw new MeshError(error.code, toldWithPlaces(error, { isTerminal: false }), { cause: error });
  }

  /** Everything is judged before the first part is changed. */
  private async reloadNow(): Promise<void> {
    const { parts, doors } = this;
    if (!doors) throw new MeshError('config-invalid', 'the agent is still starting');
    const logger = parts.log.logger.named('agent');
    const wanted = reloaded(this.current, parts.load());
    const level = configuredLevel(wanted.settings.log_level);
    const [http, dns] = [httpSettings(wanted, listenerTls(wanted)), dnsSettings(wanted)];
    const watches = planWatches(wanted.watches, { hasHttp: http.listeners.length > 0 });
    await parts.agent.applyDefinitions(wanted, agentSettings(wanted, parts));
    parts.log.setLevel(level);
    doors.http.reload(http);
    parts.dns.reload(dns);
    doors.report.setPrefixFilter(wanted.settings['telemetry.prefix_filter']);
    this.current = wanted;
    for (const warning of warningsOf(wanted)) logger.log('warn', warning);
    await doors.watches.use(watches);
    logger.log('debug', 'Configuration reloaded', {
      services: wanted.services.length,
      checks: wanted.checks.length,
      watches: wanted.watches.length,
    });
  }

  private async leaveNow(): Promise<void> {
    const { log, clock } = this.parts;
    const { given, settings } = this.current;
    log.logger.named('agent.server').log('info', 'server starting leave');
    if (given.has('performance.leave_drain_time')) await sleep(clock, settings['performance.leave_drain_time'], this.stopping.signal);
    this.hasLeft();
  }
}
