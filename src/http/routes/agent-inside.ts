/** What goes on inside the agent: its machine, its log and its figures. docs/api/agent-inside.md. */
import { logLevelOf } from '../../lib/log-output.js';
import { MeshError } from '../../model/errors.js';
import { sendBody, sendJsonText, sendText } from '../answer.js';
import type { Call } from '../call.js';
import { Encoded } from '../encode/encoded.js';
import { jsonValue } from '../encode/json.js';
import { whileConnected } from '../read.js';
import type { Route } from '../route.js';

export const agentInsideRoutes: readonly Route[] = [
  { path: '/v1/agent/host', methods: { GET: host } },
  { path: '/v1/agent/monitor', methods: { GET: monitor }, takes: { GET: { query: ['loglevel', 'logjson'] } } },
  { path: '/v1/agent/metrics', methods: { GET: metrics }, takes: { GET: { query: ['format'] } } },
];

/** What may wait for a slow reader; lines beyond it are left out, and their number is told. */
const queuedBytesMax = 1024 * 1024;

async function host(call: Call): Promise<void> {
  return sendJsonText(call, jsonValue(await call.context.node.host()));
}

/** As JSON, or as Prometheus reads it. */
async function metrics(call: Call): Promise<void> {
  const { report, hasPrometheus } = call.context.telemetry;
  if (call.parameters.get('format') !== 'prometheus' && !acceptsPrometheus(call.header('accept')))
    return sendJsonText(call, jsonValue(await report.json()));
  if (!hasPrometheus) return sendText(call, 415, 'Prometheus is not enabled since its retention time is not positive');
  const { prometheusText } = await import('../../lib/metrics-prometheus.js');
  const { contentType, text } = await prometheusText(await report.totals());
  return sendBody(call, { status: 200, contentType, body: new Encoded(text), headers: [] });
}

/** OpenMetrics, or the text form by its version: a mere `text/plain` does not count. */
function acceptsPrometheus(header: string): boolean {
  return header.split(',').some((part) => {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    return type === 'application/openmetrics-text' || (type === 'text/plain' && parameters.includes('version=0.4.0'));
  });
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
