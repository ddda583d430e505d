/** The resources of a configuration, as a run with the same flags would have them: for commands that work on what such a run keeps. */
import { FlagError, type FlagTable, type FlagValues } from '../../src/lib/argv.js';
import { logOf, surroundings } from '../confd/command.js';
import { readConfdDirectory } from '../confd/resource-files.js';
import { parseConfdFlags, resolveSettings, type Settings, SettingsError } from '../confd/settings.js';
import { faceOf } from '../face.js';
import type { TemplaterLog } from '../log.js';
import { systemOwners } from '../owners.js';
import type { ProcessParts } from '../process.js';
import type { Group, Resource } from '../resource.js';
import { ResourceError, type ResourceSet } from '../resource-set.js';

/** Which configuration is meant. */
export const configurationFlags = {
  config: { kind: 'list', about: 'a file of ours, or a directory of them, as the run has it; may be repeated' },
  confdir: { kind: 'string', about: "a directory in confd's layout, as the run has it" },
  'state-dir': { kind: 'string', about: 'where versions are kept, when it is not the usual place' },
} as const satisfies FlagTable;

export interface Configured {
  readonly settings: Settings;
  readonly resources: readonly Resource[];
  /** Says what goes wrong while files are put in place. */
  readonly log: TemplaterLog;
}

/** @throws FlagError when the configuration cannot be used */
export async function configured(flags: FlagValues<typeof configurationFlags>, parts: ProcessParts): Promise<Configured> {
  const argv = [
    ...flags.config.flatMap((path) => ['-config', path]),
    ...(flags.confdir === '' ? [] : ['-confdir', flags.confdir]),
    ...(flags['state-dir'] === '' ? [] : ['-state-dir', flags['state-dir']]),
  ];
  const face = faceOf(argv);
  if (face === 'consul-template')
    throw new FlagError('the configuration of consul-template keeps no versions; use a file of ours (mesh-template convert)');
  try {
    const { settings, set } = await (face === 'native' ? ofNativeFiles(argv, parts) : ofConfdDirectory(argv, parts));
    const log = logOf(parts, 'warn');
    for (const { text } of set.failures) log.log('warn', text);
    return { settings, resources: set.resources, log };
  } catch (error) {
    if (error instanceof SettingsError || error instanceof ResourceError) throw new FlagError(error.message, { cause: error });
    throw error;
  }
}

interface Read {
  readonly settings: Settings;
  readonly set: ResourceSet;
}

async function ofNativeFiles(argv: readonly string[], parts: ProcessParts): Promise<Read> {
  const [{ loadSettings }, { NativeResources, readFiles }] = await Promise.all([
    import('../native/command.js'),
    import('../native/config.js'),
  ]);
  const parsed = parseConfdFlags(argv);
  const { settings } = await loadSettings(parsed, parts);
  return { settings, set: new NativeResources().in(readFiles(parsed.flags.config), { ...settings, owners: systemOwners }) };
}

async function ofConfdDirectory(argv: readonly string[], parts: ProcessParts): Promise<Read> {
  const settings = await resolveSettings(parseConfdFlags(argv), surroundings(parts));
  return { settings, set: readConfdDirectory(settings.confDirectory, { ...settings, owners: systemOwners }) };
}

/** A group with all its members. */
export interface ConfiguredGroup {
  readonly group: Group;
  readonly members: readonly Resource[];
}

/** By the name of the group or of one of its resources. @throws FlagError when there is none, or more than one */
export function groupNamed(resources: readonly Resource[], name: string): ConfiguredGroup {
  const found = new Map<string, Group>();
  for (const resource of resources)
    if (resource.name === name || resource.group.name === name || resource.destination === name)
      found.set(resource.group.stateKey, resource.group);
  const [group, other] = found.values();
  if (group === undefined) throw new FlagError(`there is no resource ${JSON.stringify(name)}${namesThere(resources)}`);
  if (other !== undefined) throw new FlagError(`${JSON.stringify(name)} is a group and a resource of another one; name one of its files`);
  if (group.keepVersions === 0) throw new FlagError(`${JSON.stringify(name)} keeps no versions; "keep = 5" makes it keep five`);
  return { group, members: resources.filter((resource) => resource.group.stateKey === group.stateKey) };
}

function namesThere(resources: readonly Resource[]): string {
  const names = [...new Set(resources.map(({ name }) => JSON.stringify(name)))];
  return names.length === 0 ? '' : `; there are ${names.slice(0, 20).join(', ')}`;
}
