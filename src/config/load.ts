/**
 * Flags, files and defaults -> one RuntimeConfig. Order of the sources, the later wins: defaults, `-dev`, lists given by flags, files in
 * the order given, everything else given by flags, `-hcl` fragments. Mistakes are found in this order: reading (the first file with one),
 * what concerns ports and addresses, the rules one by one, then all that were collected on the way.
 */
import { ConfigFileError, parseJsonText } from '../lib/config-file.js';
import { parseHclText } from '../lib/hcl.js';
import { MeshError } from '../model/errors.js';
import type { InterfaceAddress } from './address-template.js';
import { type AddressContext, expandAll, resolveAddresses } from './addresses.js';
import { collectedFaults } from './collected.js';
import { errorList } from './error-list.js';
import { type DecodedFile, decodeOptions } from './file-decoder.js';
import { mergeSources, withDefaults } from './merge.js';
import { ConfigMistake, placesOf } from './places.js';
import { checkRules, earlyFault, ruleWarnings } from './rules.js';
import type { RuntimeConfig } from './runtime-config.js';
import { type ConfigFormat, type ConfigSource, type FoundSources, readSources } from './sources.js';
import { type GivenSettings, isOptionKey, type OptionKey } from './table.js';

/** What the command line says. */
export interface LoadRequest {
  readonly devMode: boolean;
  /** `-config-file` and `-config-dir`, in the order given. */
  readonly paths: readonly string[];
  readonly format: ConfigFormat | null;
  /** Items of lists; they come before those of files. */
  readonly flagLists: GivenSettings;
  readonly flagValues: GivenSettings;
  /** What makes no sense among them. */
  readonly flagMistakes: readonly string[];
  /** `-hcl` */
  readonly fragments: readonly string[];
}

/** What the machine says. */
export interface Machine {
  readonly hostName: string;
  readonly interfaces: readonly InterfaceAddress[];
}

export const nothingRequested: LoadRequest = {
  devMode: false,
  paths: [],
  format: null,
  flagLists: {},
  flagValues: {},
  flagMistakes: [],
  fragments: [],
};

/** @throws ConfigMistake, the text naming file and key */
export function loadConfig(request: LoadRequest, machine: Machine): RuntimeConfig {
  const found = readSources(request.paths, request.format);
  const fragments = request.fragments.map((text, position): ConfigSource => ({ name: `flags-${position}.hcl`, format: 'hcl', text }));
  const read = { ...found, fragments, placesOf: (text: string) => placesOf(text, found.sources) };
  try {
    return combined(read, request, machine);
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    throw new ConfigMistake(error.message, read.placesOf(error.message), { cause: error });
  }
}

interface ReadSources extends FoundSources {
  readonly fragments: readonly ConfigSource[];
  readonly placesOf: RuntimeConfig['placesOf'];
}

function combined(found: ReadSources, request: LoadRequest, machine: Machine): RuntimeConfig {
  const files = found.sources.map(readSource);
  const fragments = found.fragments.map(readSource);
  const mistakes = [...request.flagMistakes, ...[...files, ...fragments].flatMap((file) => file.mistakes)];
  const given = mergeSources([
    request.flagLists,
    ...files.map((file) => file.given),
    request.flagValues,
    ...fragments.map((fragment) => fragment.given),
  ]);
  const config = judge({ given, mistakes, request, machine });
  return Object.freeze({
    ...config,
    placesOf: found.placesOf,
    warnings: [...found.warnings, ...[...files, ...fragments].flatMap((file) => file.warnings), ...config.warnings],
  });
}

interface Candidate {
  readonly given: GivenSettings;
  readonly mistakes: string[];
  readonly request: LoadRequest;
  readonly machine: Machine;
}

function judge({ given, mistakes, request: { devMode }, machine }: Candidate): Omit<RuntimeConfig, 'placesOf'> {
  const settings = withDefaults(given, { devMode });
  const early = earlyFault(settings, { devMode });
  if (early !== '') throw new MeshError('config-invalid', early);
  const context: AddressContext = { settings, interfaces: machine.interfaces, mistakes };
  const { addresses, fault } = resolveAddresses(context);
  const nodeName = (settings.node_name || machine.hostName).trim();
  const recursors = expandAll(context, 'recursors');
  const keys = new Set<OptionKey>(Object.keys(given).filter(isOptionKey));
  const rules = { settings, given: keys, devMode, addresses, nodeName, recursors };
  checkRules(rules);
  mistakes.push(...collectedFaults(settings));
  const retryJoin = [...expandAll(context, 'retry_join'), ...expandAll(context, 'start_join')];
  if (mistakes.length > 0) throw new MeshError('config-invalid', errorList(mistakes));
  const datacenter = settings.datacenter.toLowerCase();
  return {
    settings,
    given: keys,
    devMode,
    datacenter,
    primaryDatacenter: settings.primary_datacenter.toLowerCase() || datacenter,
    nodeName,
    bootstrap: settings.bootstrap || settings.bootstrap_expect === 1 || devMode,
    leaveOnTerminate: given.leave_on_terminate ?? !settings.server,
    skipLeaveOnInterrupt: given.skip_leave_on_interrupt ?? settings.server,
    addresses,
    addressFault: fault,
    recursors,
    retryJoin: [...retryJoin, ...settings.retry_join_wan, ...settings.start_join_wan],
    services: settings.services,
    checks: settings.checks,
    watches: settings.watches,
    warnings: ruleWarnings(rules),
  };
}

export function readSource({ name, format, text }: ConfigSource): DecodedFile {
  if (text === '') return { given: {}, warnings: [], mistakes: [] };
  try {
    return decodeOptions(format === 'json' ? parseJsonText(text) : parseHclText(text), name);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new MeshError('config-invalid', `failed to parse ${name}: ${error.message}`, { cause: error });
  }
}
