/** The program `mesh-template`: looks which face is wanted and loads no more than that one needs. */
import { hostname } from 'node:os';
import { standardError, standardOutput, writeFully } from '../src/lib/stdio.js';
import { faceOf, staysUp } from './face.js';
import type { ProcessParts } from './process.js';
import { subCommandNamed, subCommands } from './sub-commands.js';

const parts: ProcessParts = {
  commands: subCommands,
  argv: process.argv.slice(2),
  // A copy that inherits nothing: templates ask it by any name, `constructor` too.
  environment: Object.assign<Record<string, string | undefined>, NodeJS.ProcessEnv>(Object.create(null), process.env),
  pid: process.pid,
  hostName: hostname(),
  own: { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 },
  now: () => Date.now(),
  print: (text) => writeFully(standardOutput, text),
  printError: (text) => writeFully(standardError, text),
  onEnd: (task) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, task);
  },
  onReload: (task) => {
    process.on('SIGHUP', task);
  },
  onSignal: (signal, task) => {
    process.on(signal, task);
  },
};

/** While waiting, all there may be is timers that hold no process up. */
setInterval(() => {}, 2 ** 30);
// Nothing is left to do: to leave now spares V8 from giving back each page of its heap, which takes milliseconds.
void face(parts).then((exitStatus) => process.exit(exitStatus));

async function face(given: ProcessParts): Promise<number> {
  const [word, ...rest] = given.argv;
  const command = subCommandNamed(word);
  if (command !== undefined) return (await command.load())(rest, given);
  // Before the first collection: V8 plans from then on what it does at rest.
  if (staysUp(given.argv)) (await import('../src/lib/resting-heap.js')).leaveHeapAtRest();
  switch (faceOf(given.argv)) {
    case 'consul-template':
      return (await import('./consul-template/command.js')).consulTemplateCommand(given);
    case 'native':
      return (await import('./native/command.js')).nativeCommand(given);
    case 'confd':
      return (await import('./confd/command.js')).confdCommand(given);
  }
}
