/** What is said of the log file. */
import type { LogFileOptions } from '../../src/lib/log-file.js';
import type { ConfigBlocks } from './config-blocks.js';

/** As the log file takes them: 0 is no limit. */
export type LogFileSettings = Omit<LogFileOptions, 'clock'>;

/** undefined without a path. */
export function logFileOf(block: ConfigBlocks['log_file']): LogFileSettings | undefined {
  const {
    path = '',
    log_rotate_bytes: rotateBytes = 0,
    log_rotate_duration: rotateMs = 86_400_000,
    log_rotate_max_files: filesKept = 0,
  } = block;
  return path === '' ? undefined : { path, rotateBytes, rotateMs, filesKept };
}
