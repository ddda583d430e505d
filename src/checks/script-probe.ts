/** Runs a program: exit status 0 is passing, 1 warning, everything else critical; what it wrote is the output. */
import { CommandError, type CommandResult, runCommand } from '../lib/command.js';
import { formatDuration } from '../lib/duration.js';
import { withCapturedNote } from './output.js';
import type { Probe, ProbeResult, ProbeSettings } from './probe.js';

export function scriptProbe(args: readonly string[], settings: ProbeSettings): Probe {
  const { checkId: check, timeoutMs, outputBytesMax, log } = settings;
  return {
    async run(signal) {
      try {
        return resultOf(await runCommand({ args, timeLimitMs: timeoutMs, outputBytesMax, keep: 'tail', signal }), settings);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        log.log('error', 'Check failed to invoke', { check, error: error.message });
        return { status: 'critical', output: error.message, isFinal: true };
      }
    },
  };
}

function resultOf(result: CommandResult, { checkId: check, timeoutMs, outputBytesMax, log }: ProbeSettings): ProbeResult {
  const output = withCapturedNote(result.output, { bytes: result.outputBytes, bytesMax: outputBytesMax });
  if (result.timedOut) {
    const timeout = formatDuration(timeoutMs);
    log.log('warn', 'Timed out running check', { check, timeout });
    return { status: 'critical', output: `Timed out (${timeout}) running check${output === '' ? '' : `\n\n${output}`}`, isFinal: true };
  }
  return { status: result.exitCode === 0 ? 'passing' : result.exitCode === 1 ? 'warning' : 'critical', output };
}
