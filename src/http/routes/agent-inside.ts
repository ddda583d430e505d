/** What goes on inside the agent: its machine and its log. docs/api/agent-inside.md. */
import { logLevelOf } from '../../lib/log-output.js';
import { MeshError } from '../../model/errors.js';
import { sendJsonText } from '../answer.js';
import type { Call } from '../call.js';
import { jsonValue } from '../encode/json.js';
import { whileConnected } from '../read.js';
import type { Route } from '../route.js';

export const agentInsideRoutes: readonly Route[] = [
  { path: '/v1/agent/host', methods: { GET: host } },
  { path: '/v1/agent/monitor', methods: { GET: monitor } },
];

/** What may wait for a slow reader; lines beyond it are left out, and their number is told. */
const queuedBytesMax = 1024 * 1024;

async function host(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(await call.context.node.host()));
}

/** Lines of the log from now on, in the level that is asked for, until the client goes away or the agent stops. */
async function monitor(call: Call): Promise<void> {
  const { parameters, response, context } = call;
  const given = parameters.get('loglevel') || 'info';
  const level = logLevelOf(given);
  if (level === null) throw new MeshError('bad-request', `Bad request: Unknown log level: ${given}`);
  let missed = 0;
  const take = (line: string) => {
    if (response.writableLength > queuedBytesMax) missed++;
    else {
      if (missed > 0) response.write(`[${missed} lines were left out: they came faster than they were read]\n`);
      missed = 0;
      response.write(line);
    }
  };
  response.writeHead(200, [...context.endpointHeaders]);
  response.flushHeaders();
  const stop = context.node.followLog({ level, format: parameters.has('logjson') ? 'json' : 'text' }, take);
  try {
    await whileConnected(
      call,
      (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    );
  } finally {
    stop();
    response.end();
  }
}
