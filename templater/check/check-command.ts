/** `mesh-template check`: are files and templates right, and is what they need there? */
import { readFileSync } from 'node:fs';
import { ClientOptionError } from '../../src/client/errors.js';
import { FlagError, HelpRequested } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { type Configured, configuredBy } from '../configured.js';
import { logOf } from '../log.js';
import { lookAtAll } from '../looking.js';
import type { ProcessParts } from '../process.js';
import type { Looked } from '../render-all.js';
import type { Resource } from '../resource.js';
import { TemplateFileError } from '../runtime/template-file.js';
import { type CheckedResource, checkText, isMissing } from './check-text.js';
import type { LiteralCall } from './literal-call.js';
import { literalCalls } from './literal-calls.js';
import { literalDependencies, needsOf } from './needs.js';

const flags = { offline: { kind: 'bool', about: 'ask nobody: list what stands in the templates' } } as const;
const help = () =>
  commandHelp({
    usage: 'mesh-template check [-offline] [options]',
    about: [
      'Reads all files and templates, and lists for each resource the keys and services that it needs and which of them are missing.',
      'Options are those of the run: -config, -confdir and all others, or those of consul-template. When nobody answers, what stands in the',
      'templates is listed.',
      'Exit status: 0 when everything is there, 2 when something is missing, 1 when a file or a template cannot be used.',
    ].join('\n'),
    flags,
  });

/** @returns the exit status */
export async function checkCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  try {
    const isOffline = argv.some((word) => /^--?offline$/.test(word));
    const configured = await configuredBy(
      argv.filter((word) => !/^--?offline$/.test(word)),
      parts,
    );
    return await check(configured, { parts, isOffline });
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(help());
      return 0;
    }
    if (!(error instanceof FlagError) && !(error instanceof ClientOptionError)) throw error;
    const wayOut = error instanceof FlagError && error.cause === undefined ? '"mesh-template check -help" tells more.\n' : '';
    parts.printError(`${error.message}\n${wayOut}`);
    return 1;
  }
}

async function check(
  configured: Configured,
  { parts, isOffline }: { readonly parts: ProcessParts; readonly isOffline: boolean },
): Promise<number> {
  const { resources, warnings } = configured.set;
  const faults = await templateFaults(configured);
  const calls = new Map<Resource, readonly LiteralCall[]>();
  for (const resource of resources) if (!faults.has(resource)) calls.set(resource, await literalCalls(textOf(resource), resource));
  const alsoAsk = (resource: Resource) => literalDependencies(resource, calls.get(resource) ?? []);
  const looked = isOffline ? [] : await lookAtAll(configured, { parts, log: logOf(parts, 'warn'), alsoAsk });
  const silence = silenceOf(looked);
  if (silence !== '') parts.printError(`${silence}; listed is what stands in the templates\n`);
  const checked = resources.map((resource, position) => {
    const one = silence === '' ? looked[position] : undefined;
    return checkOne(resource, { looked: one, calls: calls.get(resource) ?? [], fault: faults.get(resource) ?? '' });
  });
  const failures = configured.set.failures.map(({ text }) => text);
  parts.print(checkText({ checked, failures, warnings }));
  if (failures.length > 0 || checked.some(({ fault }) => fault !== '')) return 1;
  return checked.some(({ needs }) => needs.some(isMissing)) ? 2 : 0;
}

/** Why templates cannot be read or do not parse. */
async function templateFaults({ set, templateFileOf }: Configured): Promise<ReadonlyMap<Resource, string>> {
  const faults = new Map<Resource, string>();
  for (const resource of set.resources) {
    try {
      await templateFileOf(resource).load();
    } catch (error) {
      if (!(error instanceof TemplateFileError)) throw error;
      faults.set(resource, error.message);
    }
  }
  return faults;
}

/** Nobody answered anything: what was said instead; '' when somebody did, or nothing was asked. */
function silenceOf(looked: readonly Looked[]): string {
  const asking = looked.filter(({ asked }) => asked.size > 0);
  const isSilent = asking.length > 0 && asking.every(({ asked }) => [...asked.values()].every(({ value }) => value === undefined));
  return isSilent ? (asking[0]?.failure ?? '') : '';
}

interface Found {
  readonly looked: Looked | undefined;
  readonly calls: readonly LiteralCall[];
  readonly fault: string;
}

function checkOne(resource: Resource, { looked, calls, fault }: Found): CheckedResource {
  const isRendered = looked?.rendered !== undefined;
  const needs = needsOf(resource, { calls, asked: looked?.asked, isRendered });
  // What is missing explains a failure; without that it is one of the template.
  const isExplained = !isRendered && needs.some(isMissing);
  const failure = looked === undefined || isExplained ? '' : looked.failure;
  return { resource, needs, fault: fault || failure };
}

function textOf({ contents, source }: Resource): Uint8Array {
  return contents === undefined ? readFileSync(source) : Buffer.from(contents, 'utf8');
}
