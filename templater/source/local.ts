/** What templates read from their own machine: files, which are looked at again and again, and programs and the resolver, asked once. */
import { promises as resolver } from 'node:dns';
import { fstatSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { CommandError, type CommandResult, runCommand } from '../../src/lib/command.js';
import { OutsideError, withConfinedFile } from '../../src/lib/confined-file.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, type ServerRecord } from '../data-source.js';
import { type FollowOptions, type Source, SourceError } from './source.js';

/** As consul-template does. */
const fileEveryMs = 2000;
const pluginTimeoutMs = 30_000;
const pluginBytesMax = 16 * 1024 * 1024;
/** The end of what it complains about, which goes into a line of the log. */
const pluginErrorBytesMax = 1024;

export function localSource(clock: Clock): Source {
  const fetch = async <K extends DependencyKind>(dependency: Dependency<K>, signal: AbortSignal) =>
    (await answer(anyDependency(dependency), signal)) as DependencyValue<K>;
  return {
    fetch,
    follow: (dependency, options) => {
      const given = anyDependency(dependency);
      if (given.kind !== 'file') throw new TypeError(`${given.kind} cannot be followed`);
      void followFile({ file: given, clock, read: () => fetch(dependency, options.signal) }, options);
    },
  };
}

async function answer(dependency: Dependency, signal: AbortSignal): Promise<DependencyValue<DependencyKind>> {
  switch (dependency.kind) {
    case 'file':
      return readBytes(dependency);
    case 'plugin':
      return runPlugin([dependency.command, ...dependency.arguments], signal);
    case 'hostAddresses':
      return addressesOf(dependency.name, dependency.family);
    case 'hostServices':
      return serversOf(`_${dependency.service}._${dependency.protocol}.${dependency.name}`);
    default:
      throw new TypeError(`${dependency.kind} is not of this machine`);
  }
}

async function readBytes({ path, sandbox }: Dependency<'file'>): Promise<Uint8Array> {
  try {
    return sandbox === '' ? await readFile(path) : withConfinedFile(sandbox, path, (file) => readFileSync(file));
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function fileFailure(path: string, error: unknown): SourceError {
  if (error instanceof OutsideError) return new SourceError(error.message, { cause: error });
  return new SourceError(`open ${path}: ${systemErrorText(error)}`, { cause: error });
}

interface FollowedFile<V> {
  readonly file: Dependency<'file'>;
  readonly clock: Clock;
  readonly read: () => Promise<V>;
}

async function followFile<V>({ file, clock, read }: FollowedFile<V>, { signal, onValue, onFailure }: FollowOptions<V>): Promise<void> {
  let seen = '';
  while (!signal.aborted) {
    try {
      const now = await stamp(file);
      if (now !== seen) onValue(await read());
      seen = now;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      seen = '';
      onFailure(error.message);
    }
    await sleep(clock, fileEveryMs, signal).catch(() => {});
  }
}

/** Changes when the file does, also when another one takes its name; '' is no file. */
async function stamp({ path, sandbox }: Dependency<'file'>): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs } = sandbox === '' ? await stat(path) : withConfinedFile(sandbox, path, (file) => fstatSync(file));
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Standard output alone; what the program complains about is told when it fails. */
async function runPlugin(args: readonly string[], signal: AbortSignal): Promise<Uint8Array> {
  const name = `exec ${JSON.stringify(args[0])}`;
  const limits = {
    timeLimitMs: pluginTimeoutMs,
    outputBytesMax: pluginBytesMax,
    errorBytesMax: pluginErrorBytesMax,
    keep: 'head',
  } as const;
  try {
    const end = await runCommand({ args, ...limits, signal });
    const fault = end.timedOut ? ` did not end within ${pluginTimeoutMs / 1000} s` : faultOf(end);
    if (fault === '') return Buffer.from(end.output, 'utf8');
    throw new SourceError(
      [`${name}${fault}`, ...end.errors.split('\n').map((line) => line.trim())].filter((line) => line !== '').join(': '),
    );
  } catch (error) {
    if (error instanceof CommandError) throw new SourceError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function faultOf({ exitCode, signal }: CommandResult): string {
  if (signal !== null) return `: ${signal}`;
  return exitCode === 0 ? '' : `: exit status ${exitCode}`;
}

/** confd: a failed lookup is an empty list. */
async function addressesOf(name: string, family: 0 | 4 | 6): Promise<readonly string[]> {
  try {
    const found = await resolver.lookup(name, { all: true, family });
    return [...new Set(found.map(({ address }) => address))].sort();
  } catch {
    return [];
  }
}

async function serversOf(name: string): Promise<readonly ServerRecord[]> {
  try {
    const found = await resolver.resolveSrv(name);
    return found.map((record) => ({ Target: record.name, Port: record.port, Priority: record.priority, Weight: record.weight }));
  } catch {
    return [];
  }
}
