/** An HTTP/2 PING frame over TLS must be answered (RFC 9113 §6.7). The time limit is for the answer and, apart from it, for connecting. */
import { type ClientHttp2Session, connect } from 'node:http2';
import { Deadline } from '../lib/deadline.js';
import { DialError, parseHostPort } from './dial.js';
import { dialTls, HandshakeError } from './dial-tls.js';
import type { Probe, ProbeResult, ProbeSettings, ProbeTls } from './probe.js';

export function h2pingProbe(address: string, tls: ProbeTls, { timeoutMs }: ProbeSettings): Probe {
  return {
    async run(signal) {
      const socket = await dialTls(parseHostPort(address), { tls, timeoutMs, signal }).catch((error: unknown) => {
        if (error instanceof DialError || error instanceof HandshakeError) return error;
        throw error;
      });
      if (socket instanceof Error) return { status: 'critical', output: `Failed to dial to ${address}: ${socket.message}` };
      const session = connect(`https://${address}`, { createConnection: () => socket });
      const deadline = new Deadline(timeoutMs, signal);
      try {
        return await ping(session, deadline.signal);
      } catch (error) {
        signal.throwIfAborted();
        const reason = deadline.passed ? 'context deadline exceeded' : error instanceof Error ? error.message : String(error);
        return { status: 'critical', output: `HTTP2 ping failed: ${reason}` };
      } finally {
        deadline.clear();
        session.destroy();
      }
    },
  };
}

function ping(session: ClientHttp2Session, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    session.on('error', reject);
    session.once('close', () => reject(new Error('connection closed')));
    session.ping((error) => (error ? reject(error) : resolve({ status: 'passing', output: 'HTTP2 ping was successful' })));
  });
}
