/** Starts real agents for tests: the bundle, on loopback, on free ports, ended by process id. */
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { execa } from 'execa';

export interface TestAgent {
  readonly http: string;
  readonly dnsPort: number;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** Sends SIGINT (or `signal`) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Below the range that outgoing connections take their ports from, and below the fixed ones of those who replay recordings (20,000 and
 * up). Each worker has some of its own and gives none twice, so that what is free now is free when it is used.
 */
const [firstPort, portsPerWorker, workersMax] = [10_000, 2_500, 4];
let nextPort = Math.floor(Math.random() * portsPerWorker);

export async function freePort(): Promise<number> {
  const first = firstPort + (Number(process.env.VITEST_POOL_ID ?? 0) % workersMax) * portsPerWorker;
  for (;;) {
    const port = first + (nextPort++ % portsPerWorker);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * `flags` default to `-dev`; the agent is up and has a leader when this resolves.
 *
 * @param wrapper a program, with arguments, that runs the one that follows
 * @param again the HTTP port of an agent that is to come back; a free one without it
 */
export async function startAgent(
  flags: readonly string[] = ['-dev'],
  env: Record<string, string> = {},
  wrapper: readonly string[] = [],
  again: { readonly httpPort?: number } = {},
): Promise<TestAgent> {
  const [httpPort, dnsPort] = [again.httpPort ?? (await freePort()), await freePort()];
  const ports = [
    '-http-port',
    `${httpPort}`,
    '-dns-port',
    `${dnsPort}`,
    '-server-port',
    `${await freePort()}`,
    '-serf-lan-port',
    `${await freePort()}`,
  ];
  const [program = '', ...words] = [...wrapper, process.execPath, 'bin/mesh', 'agent', '-bind=127.0.0.1', ...flags, ...ports];
  // Ended with this process, whatever becomes of the test.
  const child = execa(program, words, { env, reject: false, buffer: false, stdin: 'ignore' });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  // Not "exit": what it said last is still on its way then.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const agent: TestAgent = {
    http: `http://127.0.0.1:${httpPort}`,
    dnsPort,
    process: child,
    output: () => output,
    stop: (signal = 'SIGINT') => {
      child.kill(signal);
      return ended;
    },
  };
  await ready(agent, ended);
  return agent;
}

async function ready(agent: TestAgent, ended: Promise<number | null>): Promise<void> {
  const stopped = ended.then((code) => Promise.reject(new Error(`the agent ended with ${code}:\n${agent.output()}`)));
  await eventually(() => Promise.race([stopped, hasLeader(agent.http)]), { withinMs: 20_000 });
}

async function hasLeader(http: string): Promise<void> {
  const answer = await fetch(`${http}/v1/status/leader`);
  if ((await answer.text()).length <= 4) throw new Error('no leader yet');
}

/** A machine that has much else to do may take so many times as long. */
const busyFactor = 6;

/** Tries until it does not throw; the last error is the test's. `withinMs` is what an idle machine may take. */
export async function eventually<T>(attempt: () => T | Promise<T>, { withinMs }: { withinMs: number }): Promise<T> {
  const deadline = Date.now() + busyFactor * withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline || /agent ended/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
