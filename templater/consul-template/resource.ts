/** A template of consul-template's as a resource: what it would write and run, for commands that only look. */
import { dirname, extname } from 'node:path';
import { keyFromText } from '../../src/model/kv-key.js';
import { systemOwners } from '../owners.js';
import { ownGroup, type Resource } from '../resource.js';
import type { TemplateSettings } from './template-settings.js';
import { shownSource, shownTemplate } from './templates.js';

export function resourceOf(template: TemplateSettings, position: number): Resource {
  const { source, contents, destination, command = '', commandTimeoutMs, mode, user, group } = template;
  const name = destination || `template ${position + 1}`;
  return {
    name,
    source: shownSource(template),
    contents: contents === '' ? undefined : contents,
    delimiters: undefined,
    syntax: ['.hbs', '.handlebars'].includes(extname(source)) ? 'handlebars' : 'go',
    dialect: 'consul-template',
    templateDirectory: dirname(source),
    destination,
    makesDirectories: template.makesDirectories,
    keyPrefixes: [],
    cutPrefix: keyFromText('/'),
    permissions: {
      mode,
      uid: idOf(user, systemOwners.userId),
      gid: idOf(group, systemOwners.groupId),
      unsetOwner: 'kept',
    },
    commands: {
      check: '',
      reload: typeof command === 'string' ? command : command.join(' '),
      checkTimeoutMs: commandTimeoutMs,
      reloadTimeoutMs: commandTimeoutMs,
      keepFailed: true,
    },
    group: ownGroup(shownTemplate(template), `${position}`),
    forEach: undefined,
    missing: 'wait',
    waitTimeoutMs: undefined,
    allowEmpty: true,
  };
}

function idOf(name: string, find: (name: string) => number | undefined): number | undefined {
  if (name === '') return undefined;
  return /^\d+$/.test(name) ? Number(name) : find(name);
}
