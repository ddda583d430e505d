/** Where lines of the log go: standard error, and a file when there is one. A reload may name another file. */
import type { Clock } from '../../src/lib/clock.js';
import { type LogFile, openLogFile } from '../../src/lib/log-file.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { ConfigError } from './config-blocks.js';
import type { LogFileSettings } from './settings.js';

export interface LogOutputOptions {
  readonly print: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
}

export class LogOutput {
  readonly #options: LogOutputOptions;
  #file: LogFile | undefined;
  #settings = '';
  #hasFailed = false;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** Lines go there from now on. @throws ConfigError when the file cannot be made */
  to(settings: LogFileSettings | undefined): (line: string) => void {
    if (settings !== undefined && JSON.stringify(settings) !== this.#settings) this.#open(settings);
    const { print } = this.#options;
    return settings === undefined
      ? print
      : (line) => {
          print(line);
          this.#write(line);
        };
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #open(settings: LogFileSettings): void {
    let file: LogFile;
    try {
      file = openLogFile({ ...settings, clock: this.#options.clock });
    } catch (error) {
      throw new ConfigError(`log_file.path ${settings.path}: ${systemErrorText(error)}`, { cause: error });
    }
    this.close();
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
