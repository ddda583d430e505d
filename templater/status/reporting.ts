/** Everything that tells about a run while it goes on: the book, the socket, the page, and the service in the catalog. */
import type { Logger } from '../../src/lib/log.js';
import { StopStack } from '../../src/lib/stop-stack.js';
import { version } from '../../src/lib/version.js';
import type { ProcessParts } from '../process.js';
import { StatusBook } from './book.js';
import { listenAt, listenOn, removeDeadSockets } from './listen.js';
import { totalsOf } from './metrics.js';
import type { ExecReport, ProcessReport, StatusReport } from './report.js';
import { type StatusSources, statusServer } from './server.js';
import type { StatusSettings } from './settings.js';
import { type StartedWith, shownStart, socketPath, socketsIn } from './socket.js';

export interface ReportingOptions {
  readonly settings: StatusSettings;
  readonly parts: Pick<ProcessParts, 'pid' | 'hostName' | 'now'>;
  readonly start: StartedWith;
  /** What this process is called among the machines. */
  readonly instance: string;
  readonly log: Logger;
  /** Of the program that is looked after. */
  readonly exec?: (() => ExecReport) | undefined;
}

export class Reporting {
  readonly book: StatusBook;
  readonly #options: ReportingOptions;
  readonly #process: ProcessReport;
  readonly #startedMs: number;
  readonly #stops: StopStack;
  readonly #listeners: (() => void)[] = [];

  constructor(options: ReportingOptions) {
    const { parts, start, instance, log } = options;
    this.#options = options;
    this.#startedMs = parts.now();
    this.#process = {
      Pid: parts.pid,
      Version: version,
      Config: shownStart(start),
      Instance: instance,
      Started: new Date(this.#startedMs).toISOString(),
    };
    this.book = new StatusBook({ now: parts.now, onChange: () => this.#changed() });
    this.#stops = new StopStack((name, error) => log.log('error', `${name} did not end as it should: ${String(error)}`));
  }

  /** Resolves when it listens, or it has been said why it does not. */
  async begin(): Promise<void> {
    const { settings, start, log, parts } = this.#options;
    if (settings.stateDirectory !== '') {
      const server = statusServer(this.#sources, 'any');
      const socket = await listenAt(server, socketPath(settings.stateDirectory, start));
      if (socket.fault === '') await removeDeadSockets(socketsIn(settings.stateDirectory), parts.now());
      else log.log('info', `"mesh-template status" will not find this process: ${socket.fault}`);
      this.#stops.push('the socket of the status', () => socket.stop());
    }
    if (settings.address === undefined) return;
    const { host, port } = settings.address;
    const page = await listenOn(statusServer(this.#sources, this.#hosts(host)), settings.address);
    const shown = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    if (page.fault === '') log.log('info', `status page at http://${shown}/`);
    else log.log('error', `no status page at ${shown}: ${page.fault}`);
    this.#stops.push('the status page', () => page.stop());
  }

  /** Something that reports as well, to be stopped with the rest. `onChange` is called after every change of the book. */
  add(name: string, part: { readonly onChange: () => void; readonly stop: () => Promise<void> }): void {
    this.#listeners.push(part.onChange);
    this.#stops.push(name, part.stop);
  }

  report(): StatusReport {
    return {
      Process: this.#process,
      Resources: this.book.resourceReports(),
      Groups: this.book.groupReports(),
      Exec: this.#options.exec?.() ?? null,
    };
  }

  stop(): Promise<void> {
    return this.#stops.stop();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  get #sources(): StatusSources {
    const { parts, log } = this.#options;
    return {
      report: () => this.report(),
      metrics: async () => {
        const { prometheusText } = await import('../../src/lib/metrics-prometheus.js');
        return prometheusText(totalsOf(this.book, { startedMs: this.#startedMs }));
      },
      now: parts.now,
      onFault: (error) => log.log('error', `status page: ${String(error)}`),
    };
  }

  #hosts(host: string): ReadonlySet<string> {
    return new Set(['localhost', host.toLowerCase(), this.#options.parts.hostName.toLowerCase()]);
  }
}
