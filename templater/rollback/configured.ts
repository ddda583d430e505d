/** The group that a command means: named by one word, in the configuration that a run has. */
import { FlagError, type FlagTable, type FlagValues } from '../../src/lib/argv.js';
import { type Configured, configuredBy } from '../configured.js';
import type { ProcessParts } from '../process.js';
import type { Group, Resource } from '../resource.js';

/** Which configuration is meant. */
export const configurationFlags = {
  config: { kind: 'list', about: 'a file of ours, or a directory of them, as the run has it; may be repeated' },
  confdir: { kind: 'string', about: "a directory in confd's layout, as the run has it" },
  'state-dir': { kind: 'string', about: 'where versions are kept, when it is not the usual place' },
} as const satisfies FlagTable;

/** @throws FlagError when it cannot be used */
export function configured(flags: FlagValues<typeof configurationFlags>, parts: ProcessParts): Promise<Configured> {
  const argv = [
    ...flags.config.flatMap((path) => ['-config', path]),
    ...(flags.confdir === '' ? [] : ['-confdir', flags.confdir]),
    ...(flags['state-dir'] === '' ? [] : ['-state-dir', flags['state-dir']]),
  ];
  return configuredBy(argv, parts);
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
