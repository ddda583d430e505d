/**
 * Signals of the running agent. SIGHUP reloads. SIGINT and SIGTERM end it: with a leave where the settings want one, at once otherwise.
 * Leaving is cut short by a second signal or after 15 seconds. Before the agent has started, SIGHUP is refused and the others end it.
 */
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Logger } from '../lib/log.js';
import type { RunningAgent } from './agent.js';

const leaveMsMax = 15_000;
const names = { SIGHUP: 'hangup', SIGINT: 'interrupt', SIGTERM: 'terminated' } as const;
type Caught = keyof typeof names;

export interface Signals {
  /** Resolves with the exit status once the agent shall end. */
  waitForEnd(agent: RunningAgent, config: RuntimeConfig): Promise<number>;
  stop(): void;
}

export function listenToSignals(logger: Logger): Signals {
  let take: ((signal: Caught) => void) | null = null;
  const handlers = Object.fromEntries(
    Object.keys(names).map((name) => [
      name,
      () => {
        const signal = name as Caught;
        logger.log('info', 'Caught', { signal: names[signal] });
        if (take) take(signal);
        else duringStart(signal, logger);
      },
    ]),
  );
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    waitForEnd: (agent, config) =>
      new Promise((resolve) => {
        const ending = new Ending({ agent, config, logger, resolve });
        take = (signal) => ending.take(signal);
        agent.whenLeft.then(
          () => resolve(0),
          () => resolve(1),
        );
      }),
    stop() {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    },
  };
}

/** Nothing has been opened that must be closed with care: storage commits are whole whenever the process ends. */
function duringStart(signal: Caught, logger: Logger): void {
  if (signal === 'SIGHUP') logger.log('error', 'Ignoring signal: the agent is still starting', { signal: names[signal] });
  else process.exit(1);
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
