/**
 * `success_before_passing` and `failures_before_critical`: a change of status counts only when seen so many times in a row. Counters
 * start full, so that the very first result counts whatever it is. A warning is a success.
 */
import type { Logger } from '../lib/log.js';
import type { CheckStatus } from '../model/records.js';

export class Thresholds {
  private successes: number;
  private failures: number;

  constructor(
    private readonly settings: {
      readonly checkId: string;
      readonly successBeforePassing: number;
      readonly failuresBeforeCritical: number;
      readonly log: Logger;
    },
  ) {
    this.successes = settings.successBeforePassing;
    this.failures = settings.failuresBeforeCritical;
  }

  /** Whether this result counts; says so in the log either way. */
  counts(status: CheckStatus): boolean {
    return status === 'critical' ? this.countFailure() : this.countSuccess(status);
  }

  private countSuccess(status: CheckStatus): boolean {
    const { checkId: check, successBeforePassing, log } = this.settings;
    this.successes += 1;
    this.failures = 0;
    if (this.successes >= successBeforePassing) {
      log.log('debug', 'Check status updated', { check, status });
      return true;
    }
    const counts = { success_count: this.successes, success_threshold: successBeforePassing };
    log.log('warn', 'Check passed but has not reached success threshold', { check, status, ...counts });
    return false;
  }

  private countFailure(): boolean {
    const { checkId: check, failuresBeforeCritical, log } = this.settings;
    this.failures += 1;
    this.successes = 0;
    if (this.failures >= failuresBeforeCritical) {
      log.log('warn', 'Check is now critical', { check });
      return true;
    }
    const counts = { failure_count: this.failures, failure_threshold: failuresBeforeCritical };
    log.log('warn', 'Check failed but has not reached failure threshold', { check, status: 'critical', ...counts });
    return false;
  }
}
