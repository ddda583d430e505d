/** What is said of the system log, which is loaded only when it is wanted. */
import { type ConfigBlocks, ConfigError } from './config-blocks.js';

export interface SyslogSettings {
  /** One of `facilities`. */
  readonly facility: string;
  /** What lines are marked with. */
  readonly name: string;
  /** Path of the socket of the system log. */
  readonly socket: string;
}

/** RFC 5424, 6.2.1, by their usual names; `kern` is the kernel's alone. */
const localFacilities = ['LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7'];
const otherFacilities = ['USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'AUTHPRIV', 'FTP'];
const facilities: readonly string[] = [...localFacilities, ...otherFacilities];

/** A facility or a name switches it on. @throws ConfigError */
export function syslogOf(block: ConfigBlocks['syslog']): SyslogSettings | undefined {
  const { facility = '', name = '', enabled = facility + name !== '', socket = '' } = block;
  const settings = { facility: facility.toUpperCase() || 'LOCAL0', name: name || 'mesh-template', socket: socket || '/dev/log' };
  if (!facilities.includes(settings.facility)) {
    throw new ConfigError(`invalid syslog facility ${JSON.stringify(facility)}; there are ${facilities.join(', ')}`);
  }
  if (/\p{Cc}/u.test(name + socket)) throw new ConfigError('syslog: a name, or a path, has no control characters');
  return enabled ? settings : undefined;
}
