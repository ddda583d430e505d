/** Resources for tests: everything that a test does not speak of has a harmless value. */
import { type Commands, noCommands, ownGroup, type Permissions, type Resource } from '../../../templater/resource.js';

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
