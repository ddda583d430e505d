/**
 * What a command line would keep, for commands that look at it without keeping it (`plan`, `check`): resources, where their data come
 * from, and what cannot be used. The flags are those of the run, of whichever face.
 */
import { FlagError } from '../src/lib/argv.js';
import { compile } from './engine.js';
import { faceOf } from './face.js';
import { systemOwners } from './owners.js';
import type { ProcessParts } from './process.js';
import type { Resource } from './resource.js';
import { ResourceError, type ResourceSet } from './resource-set.js';
import { TemplateFile } from './runtime/template-file.js';
import type { SourceSettings } from './source/settings.js';
import type { Template } from './template.js';

export interface Configured {
  readonly set: ResourceSet;
  readonly source: SourceSettings;
  /** '' for the usual one. */
  readonly stateDirectory: string;
  readonly templateFileOf: (resource: Resource) => { load(): Promise<Template> };
}

/** @throws FlagError when nothing of it can be used; HelpRequested */
export async function configuredBy(argv: readonly string[], parts: ProcessParts): Promise<Configured> {
  const templateFileOf = (resource: Resource) => new TemplateFile(resource, compile);
  try {
    switch (faceOf(argv)) {
      case 'consul-template':
        return await ofConsulTemplate(argv, parts);
      case 'native':
        return { ...(await ofNativeFiles(argv, parts)), templateFileOf };
      case 'confd':
        return { ...(await ofConfdDirectory(argv, parts)), templateFileOf };
    }
  } catch (error) {
    if (error instanceof ResourceError || isNamed(error, 'SettingsError') || isNamed(error, 'ConfigError'))
      throw new FlagError(error.message, { cause: error });
    throw error;
  }
}

/** Errors of a face that may not be loaded. */
function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

type Read = Omit<Configured, 'templateFileOf'>;

async function ofNativeFiles(argv: readonly string[], parts: ProcessParts): Promise<Read> {
  const [{ parseConfdFlags }, { loadSettings }, { NativeResources, readFiles }] = await Promise.all([
    import('./confd/settings-layers.js'),
    import('./native/command.js'),
    import('./native/config.js'),
  ]);
  const parsed = parseConfdFlags(argv);
  const { settings } = await loadSettings(parsed, parts);
  return { ...settings, set: new NativeResources().in(readFiles(parsed.flags.config), { ...settings, owners: systemOwners }) };
}

async function ofConfdDirectory(argv: readonly string[], parts: ProcessParts): Promise<Read> {
  const [{ surroundings }, { readConfdDirectory }, { resolveSettings }, { parseConfdFlags }] = await Promise.all([
    import('./confd/surroundings.js'),
    import('./confd/resource-files.js'),
    import('./confd/settings.js'),
    import('./confd/settings-layers.js'),
  ]);
  const settings = await resolveSettings(parseConfdFlags(argv), surroundings(parts));
  return { ...settings, set: readConfdDirectory(settings.confDirectory, { ...settings, owners: systemOwners }) };
}

async function ofConsulTemplate(argv: readonly string[], parts: ProcessParts): Promise<Configured> {
  const [
    { parseConsulTemplateFlags },
    { resolveSettings },
    { resourceOf },
    { compileLoaded, loadTemplate, RunError },
    { TemplateFileError },
  ] = await Promise.all([
    import('./consul-template/flag-config.js'),
    import('./consul-template/settings.js'),
    import('./consul-template/resource.js'),
    import('./consul-template/templates.js'),
    import('./runtime/template-file.js'),
  ]);
  const { templates, connection, unused } = resolveSettings(parseConsulTemplateFlags(argv), (name) => parts.environment[name]);
  return {
    set: { resources: templates.map(resourceOf), warnings: unused, failures: [] },
    source: { kind: 'consul', connection },
    stateDirectory: '',
    templateFileOf: (resource) => ({
      load: async () => {
        const settings = templates[Number(resource.group.stateKey)];
        if (settings === undefined) throw new TypeError(`${resource.name} is none of the templates`);
        try {
          return await compileLoaded(loadTemplate(settings), compile);
        } catch (error) {
          if (error instanceof RunError) throw new TemplateFileError(error.message, { cause: error });
          throw error;
        }
      },
    }),
  };
}
