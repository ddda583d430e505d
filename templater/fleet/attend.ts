/**
 * What goes with a run without being part of it: the status (book, socket, page), the service in the catalog, and the gate of rollouts.
 * A run that ends by itself has the gate alone.
 */
import { ClientOptionError } from '../../src/client/errors.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { systemRandom } from '../../src/lib/random.js';
import type { ProcessParts } from '../process.js';
import { LazyGate, type OpenedGate } from '../rollout/lazy-gate.js';
import { type Gate, GateError } from '../runtime/gate.js';
import { type Observer, silentObserver } from '../runtime/observer.js';
import { clientOptions } from '../source/client-options.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import type { ExecReport } from '../status/report.js';
import type { Reporting } from '../status/reporting.js';
import type { RegisterSettings, StatusSettings } from '../status/settings.js';
import type { StartedWith } from '../status/socket.js';
import { instanceName } from './instance.js';

export interface AttendOptions {
  readonly parts: Pick<ProcessParts, 'pid' | 'hostName' | 'now'>;
  readonly start: StartedWith;
  readonly status: StatusSettings;
  readonly register: RegisterSettings;
  /** The first of its addresses is the agent of this machine. */
  readonly connection: ConnectionSettings;
  /** What follows its data waits for operators; a round comes to its end, and the next one tries again. */
  readonly mode: 'onetime' | 'interval' | 'watch';
  readonly log: Logger;
  /** Of the program that is looked after. */
  readonly exec?: (() => ExecReport) | undefined;
  /** Fires when the process is to end. */
  readonly ending: AbortSignal;
}

export interface Attendance {
  readonly observer: Observer;
  readonly gate: Gate;
  /** To be called when the run is over. */
  stop(): Promise<void>;
}

export async function attend(options: AttendOptions): Promise<Attendance> {
  const instance = options.register.instance || instanceName(options.parts.hostName, options.start);
  const reporting = options.mode === 'onetime' ? undefined : await beginReporting(options, instance);
  const gate = new LazyGate(() => openGateWith(options, { instance, reporting }), options.log);
  return {
    observer: reporting?.book ?? silentObserver,
    gate,
    stop: async () => {
      await gate.close();
      await reporting?.stop();
    },
  };
}

async function beginReporting(options: AttendOptions, instance: string): Promise<Reporting> {
  const { Reporting } = await import('../status/reporting.js');
  const { parts, start, status, register, log, exec } = options;
  const reporting = new Reporting({ settings: status, parts, start, instance, log, exec });
  await reporting.begin();
  if (register.isWanted) await beginRegistration(options, reporting);
  return reporting;
}

async function beginRegistration({ log, connection, parts }: AttendOptions, reporting: Reporting): Promise<void> {
  const [{ Registration }, { openClient }] = await Promise.all([import('./registration.js'), import('../../src/client/client.js')]);
  try {
    const client = await openClient(ownAgent(connection));
    const registration = new Registration({ client, clock: systemClock, log, node: parts.hostName, report: () => reporting.report() });
    registration.begin();
    const stop = async () => {
      await registration.stop();
      client.close();
    };
    reporting.add('the service in the catalog', { onChange: () => registration.changed(), stop });
  } catch (error) {
    if (!(error instanceof ClientOptionError)) throw error;
    log.log('error', `cannot register: ${error.message}`);
  }
}

async function openGateWith(
  { connection, log, mode, ending }: AttendOptions,
  { instance, reporting }: { readonly instance: string; readonly reporting: Reporting | undefined },
): Promise<OpenedGate> {
  const [{ RolloutGate }, { openClient }] = await Promise.all([import('../rollout/gate.js'), import('../../src/client/client.js')]);
  try {
    const client = await openClient(ownAgent(connection));
    const gate = new RolloutGate({
      client,
      clock: systemClock,
      random: systemRandom,
      log,
      machine: instance,
      isOnce: mode !== 'watch',
      signal: ending,
      onNote: (group, note) => reporting?.book.rollout(group, note),
    });
    return { gate, close: () => client.close() };
  } catch (error) {
    if (!(error instanceof ClientOptionError)) throw error;
    throw new GateError(`rollout: ${error.message}`, { cause: error });
  }
}

function ownAgent(connection: ConnectionSettings) {
  const [address = ''] = connection.addresses;
  return clientOptions(connection, address);
}
