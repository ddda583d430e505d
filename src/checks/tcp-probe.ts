/** Connected is passing. The time limit is for connecting; names are resolved anew each time. */
import { DialError, dial, parseHostPort } from './dial.js';
import type { Probe, ProbeSettings } from './probe.js';

export function tcpProbe(address: string, { checkId: check, timeoutMs, log }: ProbeSettings): Probe {
  return {
    async run(signal) {
      try {
        const socket = await dial(parseHostPort(address), { timeoutMs, signal });
        socket.destroy();
        return { status: 'passing', output: `TCP connect ${address}: Success` };
      } catch (error) {
        if (!(error instanceof DialError)) throw error;
        log.log('warn', 'Check socket connection failed', { check, error: error.message });
        return { status: 'critical', output: error.message };
      }
    },
  };
}
