/** A system log for tests: a datagram socket of the file system, which Node has not, so python3 listens. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const listening = `
import os, socket, sys
if os.path.exists(sys.argv[1]): os.unlink(sys.argv[1])
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
print("ready", flush=True)
while True: print(log.recv(100000).decode(), flush=True)
`;

/** '' when there can be one here; why not, otherwise. */
export function whyNoSystemLog(): string {
  const missing = ['python3', 'logger'].filter((program) => spawnSync(program, ['--version']).status !== 0);
  return missing.length === 0 ? '' : `there is no ${missing.join(', no ')}`;
}

export interface SystemLog {
  /** Messages as they came: `<134>Jan 31 12:00:00 name[4711]: text`. */
  messages(): readonly string[];
  /** For a system log that does not keep up. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

export async function startSystemLog(socket: string): Promise<SystemLog> {
  const child: ChildProcess = spawn('python3', ['-c', listening, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const ended = once(child, 'close');
  const ready = new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.startsWith('ready\n')) resolve();
    });
  });
  await Promise.race([ready, ended.then(() => Promise.reject(new Error('the system log did not start')))]);
  return {
    messages: () => output.split('\n').slice(1, -1),
    signal: (signal) => child.kill(signal),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
