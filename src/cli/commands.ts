/**
 * All commands: the table of contents of the command line. A row without `load` groups the rows whose names begin with its own.
 * `load` reads the command's code when it is wanted and not before.
 */
import type { CommandModule } from './command.js';

export interface CommandRow {
  /** One or more words. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  readonly load?: () => Promise<CommandModule>;
  /** Words after the flags belong to a program that is started: `-h` among them is no question to us. */
  readonly startsProgram?: boolean;
}

export const commandTable: readonly CommandRow[] = [
  { name: 'agent', about: 'Runs an agent', load: () => import('./commands/agent.js') },
  { name: 'catalog', about: 'Shows what is registered' },
  { name: 'catalog datacenters', about: 'Lists the known datacenters', load: () => import('./commands/catalog/datacenters.js') },
  { name: 'catalog nodes', about: 'Lists the nodes of a datacenter', load: () => import('./commands/catalog/nodes.js') },
  { name: 'catalog services', about: 'Lists the services of a datacenter', load: () => import('./commands/catalog/services.js') },
  { name: 'config', about: 'Reads and writes config entries' },
  { name: 'config delete', about: 'Deletes a config entry', load: () => import('./commands/config/delete.js') },
  { name: 'config list', about: 'Lists the config entries of a kind', load: () => import('./commands/config/list.js') },
  { name: 'config read', about: 'Prints a config entry', load: () => import('./commands/config/read.js') },
  { name: 'config write', about: 'Writes a config entry', load: () => import('./commands/config/write.js') },
  { name: 'event', about: 'Sends an event to agents', load: () => import('./commands/event.js') },
  { name: 'info', about: 'Shows figures of the running agent', load: () => import('./commands/info.js') },
  { name: 'kv', about: 'Reads and writes keys' },
  { name: 'kv delete', about: 'Deletes keys', load: () => import('./commands/kv/delete.js') },
  { name: 'kv export', about: 'Prints a tree of keys as JSON', load: () => import('./commands/kv/export.js') },
  { name: 'kv get', about: 'Prints the value of a key', load: () => import('./commands/kv/get.js') },
  { name: 'kv import', about: 'Writes a tree of keys from JSON', load: () => import('./commands/kv/import.js') },
  { name: 'kv put', about: 'Writes a key', load: () => import('./commands/kv/put.js') },
  { name: 'leave', about: 'Makes the agent leave the cluster and stop', load: () => import('./commands/leave.js') },
  { name: 'maint', about: 'Controls maintenance of a node or a service', load: () => import('./commands/maint.js') },
  { name: 'members', about: 'Lists the members of the cluster', load: () => import('./commands/members.js') },
  { name: 'reload', about: 'Makes the agent read its configuration again', load: () => import('./commands/reload.js') },
  { name: 'rtt', about: 'Estimates the round trip between two nodes', load: () => import('./commands/rtt.js') },
  { name: 'services', about: 'Registers services' },
  { name: 'services deregister', about: 'Takes services off the agent', load: () => import('./commands/services/deregister.js') },
  { name: 'services register', about: 'Puts services on the agent', load: () => import('./commands/services/register.js') },
  { name: 'validate', about: 'Checks configuration files', load: () => import('./commands/validate.js') },
  { name: 'version', about: 'Prints the version', load: () => import('./commands/version.js') },
  { name: 'watch', about: 'Waits for changes and runs a handler', load: () => import('./commands/watch.js'), startsProgram: true },
];
