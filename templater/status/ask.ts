/** Asking a running process over its socket. */
import { parseAddress } from '../../src/client/address.js';
import { ConnectionError } from '../../src/client/errors.js';
import { openHttpTransport } from '../../src/client/http-transport.js';
import type { StatusReport } from './report.js';

/** A process of this machine that is not stopped answers in milliseconds. */
const answerMsMax = 5_000;

/** undefined when nobody listens there any more. */
export async function askSocket(path: string): Promise<StatusReport | undefined> {
  const transport = await openHttpTransport({ address: parseAddress(`unix://${path}`, { tls: false }), tls: {} });
  try {
    const request = {
      method: 'GET',
      path: '/status.json',
      parameters: [],
      headers: {},
      body: undefined,
      silenceMsMax: answerMsMax,
    } as const;
    const { body } = await transport.send({ ...request, signal: undefined });
    // Written by a process like this one, readable by its owner alone.
    return JSON.parse(body.toString('utf8')) as StatusReport;
  } catch (error) {
    if (error instanceof ConnectionError) return undefined;
    throw error;
  } finally {
    transport.close();
  }
}
