/**
 * `mesh agent` as a process: configuration, banner, log, start; then it waits for a signal or for the end. Mistakes before the banner are
 * thrown (the command prints them), later ones are log lines. Exit status: 0 after a graceful leave, 1 otherwise, as with Consul.
 */
import { type LoadRequest, loadConfig } from '../config/load.js';
import { thisMachine } from '../config/machine.js';
import { located } from '../config/places.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { systemClock } from '../lib/clock.js';
import { formatDuration } from '../lib/duration.js';
import { systemHeap } from '../lib/heap.js';
import { createLineWriter } from '../lib/line-writer.js';
import type { Logger } from '../lib/log.js';
import { systemRandom } from '../lib/random.js';
import { standardOutput } from '../lib/stdio.js';
import { version } from '../lib/version.js';
import { startAgent } from './agent.js';
import { banner } from './banner.js';
import { refuseUnsupported, warningsOf } from './limits.js';
import { type AgentLog, openAgentLog } from './log.js';
import { giveMemoryBack } from './memory.js';
import { settleNodeId } from './node-id.js';
import type { RunningAgent } from './parts.js';
import { writePidFile } from './pid-file.js';
import { listenToSignals } from './signals.js';
import { startErrorText } from './start-error.js';

/** What may wait for a slow reader of the log. */
const outputQueuedMax = 4 * 1024 * 1024;
/** A part that does not stop must not keep the process. */
const stopMsMax = 10_000;
/** Longest timer there is: an agent without listeners (all ports -1) has nothing else that keeps the process alive. */
const foreverMs = 2 ** 31 - 1;
/** How long the end waits for the last lines to be read. */
const lastLinesMs = 1000;

/** Exit status. @throws MeshError `config-invalid` before the agent has begun */
export async function runAgent(request: LoadRequest): Promise<number> {
  const load = () => loadConfig(request, thisMachine());
  const config = load();
  try {
    refuseUnsupported(config);
  } catch (error) {
    throw located(error, config);
  }
  const output = createLineWriter({ descriptor: standardOutput, queuedMax: outputQueuedMax });
  process.once('exit', () => output.flushNow());
  const log = openAgentLog(config, systemClock, output.write);
  const logger = log.logger.named('agent');
  const { settings } = config;
  const nodeId = settleNodeId({
    configured: settings.node_id,
    dataDirectory: settings.data_dir,
    disableHostNodeId: settings.disable_host_node_id,
  });
  // Also when a signal ends the start.
  process.once('exit', writePidFile(settings.pid_file, process.pid));
  try {
    if (!settings.log_json) output.write(banner({ config, nodeId, version }));
    for (const warning of warningsOf(config)) logger.log('warn', warning);
    return await runUntilEnd({ config, load, log, nodeId });
  } finally {
    log.close();
    await Promise.race([output.drained(), new Promise((resolve) => setTimeout(resolve, lastLinesMs))]);
  }
}

interface Running {
  readonly config: RuntimeConfig;
  readonly load: () => RuntimeConfig;
  readonly log: AgentLog;
  readonly nodeId: string;
}

async function runUntilEnd({ config, load, log, nodeId }: Running): Promise<number> {
  const logger = log.logger.named('agent');
  // Signals that come during the start must not be lost, and a second one must be able to cut it short.
  const signals = listenToSignals(logger);
  const hold = setInterval(() => {}, foreverMs);
  try {
    const agent = await startAgent({
      config,
      load,
      log,
      nodeId,
      dockerHost: process.env.DOCKER_HOST ?? '',
      clock: systemClock,
      random: systemRandom,
    });
    const stopGiving = giveMemoryBack({ heap: systemHeap(), clock: systemClock, logger });
    const status = await signals.waitForEnd(agent, config);
    stopGiving();
    await stopped(agent, logger);
    logger.log('info', 'Exit code', { code: status });
    return status;
  } catch (error) {
    logger.log('error', 'Error starting agent', { error: startErrorText(error) });
    return 1;
  } finally {
    clearInterval(hold);
    signals.stop();
  }
}

async function stopped(agent: RunningAgent, logger: Logger): Promise<void> {
  logger.log('info', 'Requesting shutdown');
  const limit = new Promise((resolve) => setTimeout(resolve, stopMsMax, 'late').unref());
  if ((await Promise.race([agent.stop(), limit])) === 'late')
    logger.log('error', 'Stopping takes too long; ending without', { after: formatDuration(stopMsMax) });
  else logger.log('info', 'Endpoints down');
}
