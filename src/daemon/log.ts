/** The agent's log, as the configuration wants it. */
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Clock } from '../lib/clock.js';
import type { LogLevel } from '../lib/log.js';
import { type LogFile, openLogFile } from '../lib/log-file.js';
import { createLog, type LogOutput, logLevelOf } from '../lib/log-output.js';
import { systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';

export interface AgentLog extends LogOutput {
  close(): void;
}

/** @throws MeshError config-invalid */
export function openAgentLog({ settings }: RuntimeConfig, clock: Clock, out: (line: string) => void): AgentLog {
  const file = settings.log_file === '' ? null : openFile(settings.log_file, { settings, clock });
  const output = createLog({
    clock,
    level: configuredLevel(settings.log_level),
    format: settings.log_json ? 'json' : 'text',
    sinks: file ? [out, (line) => file.write(line)] : [out],
  });
  return { ...output, close: () => file?.close() };
}

/** @throws MeshError config-invalid */
export function configuredLevel(text: string): LogLevel {
  const level = logLevelOf(text);
  if (level) return level;
  throw new MeshError('config-invalid', `Invalid log level: ${text}. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]`);
}

function openFile(path: string, { settings, clock }: Pick<RuntimeConfig, 'settings'> & { readonly clock: Clock }): LogFile {
  try {
    return openLogFile({
      path,
      clock,
      rotateBytes: settings.log_rotate_bytes,
      rotateMs: settings.log_rotate_duration,
      filesKept: settings.log_rotate_max_files,
    });
  } catch (error) {
    throw new MeshError('config-invalid', `Failed to setup logging: ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
