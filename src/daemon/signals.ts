/**
 * Signals of the running agent. SIGHUP reloads. SIGINT and SIGTERM end it: with a leave where the settings want one, at once otherwise.
 * Leaving is cut short by a second signal or after 15 seconds. Before the agent has started, SIGHUP is refused and the others end it.
 */
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Logger } from '../lib/log.js';
import type { RunningAgent } from './parts.js';

const leaveMsMax = 15_000;
const names = { SIGHUP: 'hangup', SIGINT: 'interrupt', SIGTERM: 'terminated' } as const;
const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
type Caught = (typeof signals)[number];

export interface Signals {
  /** Resolves with the exit status once the agent shall end. */
  waitForEnd(agent: RunningAgent, config: RuntimeConfig): Promise<number>;
  stop(): void;
}

export function listenToSignals(logger: Logger): Signals {
  let take: (signal: Caught) => void = (signal) => duringStart(signal, logger);
  const handlers = signals.map((signal) => {
    const handler = () => {
      logger.log('info', 'Caught', { signal: names[signal] });
      take(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    waitForEnd: (agent, config) =>
      new Promise((settle) => {
        const resolve = (status: number) => {
          take = duringStop;
          settle(status);
        };
        const ending = new Ending({ agent, config, logger, resolve });
        take = (signal) => ending.take(signal);
        agent.whenLeft.then(
          () => resolve(0),
          () => resolve(1),
        );
      }),
    stop() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}

/** Nothing has been opened that must be closed with care: storage commits are whole whenever the process ends. */
function duringStart(signal: Caught, logger: Logger): void {
  if (signal === 'SIGHUP') logger.log('error', 'Ignoring signal: the agent is still starting', { signal: names[signal] });
  else process.exit(1);
}

/** Whoever asks a second time does not want to wait for the parts to stop. */
function duringStop(signal: Caught): void {
  if (signal !== 'SIGHUP') process.exit(1);
}

interface EndingOptions {
  readonly agent: RunningAgent;
  readonly config: RuntimeConfig;
  readonly logger: Logger;
  readonly resolve: (status: number) => void;
}

class Ending {
  private readonly options: EndingOptions;
  private isLeaving = false;

  constructor(options: EndingOptions) {
    this.options = options;
  }

  take(signal: Caught): void {
    if (signal === 'SIGHUP') this.reload();
    else this.end(signal);
  }

  private end(signal: 'SIGINT' | 'SIGTERM'): void {
    const { agent, config, logger, resolve } = this.options;
    const mustLeave = signal === 'SIGINT' ? !config.skipLeaveOnInterrupt : config.leaveOnTerminate;
    if (!mustLeave) logger.log('info', 'Graceful shutdown disabled. Exiting');
    if (this.isLeaving || !mustLeave) {
      resolve(1);
      return;
    }
    this.isLeaving = true;
    logger.log('info', 'Gracefully shutting down agent...');
    const givingUp = setTimeout(() => {
      logger.log('error', 'Timeout on graceful leave. Exiting');
      resolve(1);
    }, leaveMsMax);
    agent.leave().then(
      () => {
        clearTimeout(givingUp);
        logger.log('info', 'Graceful exit completed');
        resolve(0);
      },
      (error: unknown) => {
        clearTimeout(givingUp);
        logger.log('error', 'Error on leave', { error });
        resolve(1);
      },
    );
  }

  private reload(): void {
    const { agent, logger } = this.options;
    agent.reload().catch((error: unknown) => logger.log('error', 'Reload config failed', { error }));
  }
}
