/** Where lines of the log go: standard error, and a file and the system log when they are wanted. A reload may name others. */
import type { Clock } from '../../src/lib/clock.js';
import { type LogFile, openLogFile } from '../../src/lib/log-file.js';
import type { Random } from '../../src/lib/random.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { ConfigError } from './config-blocks.js';
import type { LogOptions } from './log.js';
import type { LogFileSettings } from './log-file-settings.js';
import type { Settings } from './settings.js';
import type { Syslog } from './syslog.js';
import type { SyslogSettings } from './syslog-settings.js';

export interface LogOutputOptions {
  readonly print: (line: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly pid: number;
}

type Places = Pick<Settings, 'logFile' | 'syslog'>;

export class LogOutput {
  readonly #options: LogOutputOptions;
  #file: LogFile | undefined;
  #settings = '';
  #hasFailed = false;
  /** By their settings: while a new configuration is tried, the log of the old one goes on. */
  readonly #syslogs = new Map<string, Syslog>();

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** Lines go there from now on. @throws ConfigError when the file cannot be made, or there is no system log */
  async to({ logFile, syslog: syslogSettings }: Partial<Places>): Promise<LogOptions['write']> {
    const syslog = syslogSettings && (await this.#syslog(syslogSettings));
    if (logFile !== undefined && JSON.stringify(logFile) !== this.#settings) this.#open(logFile);
    const { print } = this.#options;
    return (line, entry) => {
      print(line);
      if (logFile !== undefined) this.#write(line);
      syslog?.write(entry);
    };
  }

  /** No other system log is needed any more. */
  keepOnly({ syslog }: Places): void {
    const kept = JSON.stringify(syslog);
    for (const [key, other] of this.#syslogs) {
      if (key === kept) continue;
      this.#syslogs.delete(key);
      void other.close();
    }
  }

  async close(): Promise<void> {
    this.#closeFile();
    await Promise.all([...this.#syslogs.values()].map((syslog) => syslog.close()));
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #syslog(settings: SyslogSettings): Promise<Syslog> {
    const key = JSON.stringify(settings);
    const { Syslog } = await import('./syslog.js');
    const { print, ...parts } = this.#options;
    const onTrouble = (reason: string) => print(`the system log cannot be written, lines wait for it: ${reason}\n`);
    const syslog = this.#syslogs.get(key) ?? new Syslog(settings, { ...parts, onTrouble });
    this.#syslogs.set(key, syslog);
    return syslog;
  }

  #open(settings: LogFileSettings): void {
    let file: LogFile;
    try {
      file = openLogFile({ ...settings, clock: this.#options.clock });
    } catch (error) {
      throw new ConfigError(`log_file.path ${settings.path}: ${systemErrorText(error)}`, { cause: error });
    }
    this.#closeFile();
    this.#file = file;
    this.#settings = JSON.stringify(settings);
  }

  /** A full disk must not end what the log is about; it is said once, until a line is written again. */
  #write(line: string): void {
    try {
      this.#file?.write(line);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#options.print(`the log file cannot be written: ${systemErrorText(error)}\n`);
      this.#hasFailed = true;
    }
  }
}
