/** Resources for tests: everything that a test does not speak of has a harmless value. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/lib/log.js';
import { type Commands, noCommands, ownGroup, type Permissions, type Resource } from '../../../templater/resource.js';
import type { Deployment } from '../../../templater/runtime/deployment.js';
import { openGate } from '../../../templater/runtime/gate.js';
import { silentObserver } from '../../../templater/runtime/observer.js';
import { Leftovers } from '../../../templater/runtime/staged-name.js';
import { FakeClock } from './runtime/fakes.js';

interface Given extends Partial<Omit<Resource, 'commands' | 'permissions'>> {
  readonly commands?: Partial<Commands>;
  readonly permissions?: Partial<Permissions>;
}

export function aResource({ commands = {}, permissions = {}, ...given }: Given): Resource {
  return {
    name: 'a.toml',
    source: '/templates/a.tmpl',
    contents: undefined,
    delimiters: undefined,
    syntax: 'go',
    dialect: 'both',
    templateDirectory: '/templates',
    destination: '/nowhere/a.conf',
    makesDirectories: false,
    keyPrefixes: [],
    cutPrefix: '/',
    permissions: { mode: undefined, uid: undefined, gid: undefined, unsetOwner: 'kept', ...permissions },
    commands: { ...noCommands, ...commands },
    group: ownGroup(given.name ?? 'a.toml', given.name ?? 'a.toml'),
    forEach: undefined,
    missing: 'wait',
    waitTimeoutMs: undefined,
    allowEmpty: false,
    ...given,
  };
}

let deployments = 0;

/** Everything that is deployed in tests is; commands end well. */
export function aDeployment(given: Partial<Deployment> = {}): Deployment {
  const isRunning = () => false;
  return {
    run: async () => ({ exitCode: 0, text: 'exit status 0', output: '' }),
    renderCommand: async (command) => command,
    log: silentLogger,
    observer: silentObserver,
    gate: openGate,
    clock: new FakeClock(),
    random: Math.random,
    own: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    pid: 4711,
    isRunning,
    leftovers: new Leftovers({ pid: 4711, isRunning }),
    // One of its own for each, made when something is kept.
    stateDirectory: join(process.env.STATE_DIRECTORY ?? tmpdir(), `unit-${process.pid}-${++deployments}`),
    temporaryDirectory: '/tmp',
    noop: false,
    syncOnly: false,
    keepStageFile: false,
    unloadable: new Map(),
    ending: new AbortController().signal,
    signal: new AbortController().signal,
    ...given,
  };
}
