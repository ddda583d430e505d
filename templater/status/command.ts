/** `mesh-template status`: asks the processes of this machine how they are. */
import { FlagError, type FlagTable, HelpRequested, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { answerStatus } from '../answer-status.js';
import type { ProcessParts } from '../process.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { askSocket } from './ask.js';
import { isWell, type StatusReport } from './report.js';
import { socketPath, socketsIn } from './socket.js';
import { reportText, resourceText } from './text.js';

const usage = 'mesh-template status [options] [RESOURCE]';
export const statusFlags = {
  json: { kind: 'bool', about: 'print JSON: a list of processes' },
  config: { kind: 'list', about: 'the process that was started with -config of these files' },
  confdir: { kind: 'string', about: 'the process that was started with this -confdir' },
  'state-dir': { kind: 'string', about: 'where the processes keep their state, when it is not the usual place' },
} as const satisfies FlagTable;

/** @returns the exit status: 0 all well, 1 something fails or waits, 2 arguments that make no sense, 3 no process to ask */
export async function statusCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  try {
    return await show(parseArguments(statusFlags, argv), parts);
  } catch (error) {
    if (error instanceof HelpRequested) {
      const { commandHelp } = await import('../../src/lib/argv-help.js');
      const about = 'Shows what running mesh-template processes do. Exit status 1: something fails or waits; 3: no process was found.';
      parts.print(commandHelp({ usage, about, flags: statusFlags }));
      return answerStatus.well;
    }
    if (!(error instanceof FlagError)) throw error;
    parts.printError(`${error.message}\nUsage: ${usage}\n`);
    return answerStatus.badFlags;
  }
}

async function show({ flags: given, words }: ParsedArguments<typeof statusFlags>, parts: ProcessParts): Promise<number> {
  const [name, ...more] = words;
  if (more.length > 0) throw new FlagError('status takes one resource at most');
  const directory = given['state-dir'] || (await configuredDirectory(given.config)) || stateDirectoryOf(parts);
  let found: readonly StatusReport[];
  try {
    found = (await Promise.all(sockets(given, directory).map(askSocket))).filter((report) => report !== undefined);
  } catch (error) {
    parts.printError(`cannot look into ${directory}: ${systemErrorText(error)}\n`);
    return answerStatus.unknown;
  }
  const reports =
    name === undefined ? found : found.map((report) => onlyResource(report, name)).filter(({ Resources }) => Resources.length > 0);
  if (reports.length === 0) {
    const missing =
      found.length > 0 && name !== undefined ? `no running process has a resource ${JSON.stringify(name)}` : noProcess(directory);
    parts.printError(`${missing}\n`);
    return answerStatus.unknown;
  }
  if (given.json) parts.print(`${JSON.stringify(reports, null, 2)}\n`);
  else
    parts.print(
      reports.map((report) => (name === undefined ? reportText(report, parts.now()) : resourceText(report, name, parts.now()))).join('\n'),
    );
  return reports.every(isWell) ? answerStatus.well : answerStatus.notWell;
}

/** What `state_dir` of our own files says; '' when they do not say. */
async function configuredDirectory(config: readonly string[]): Promise<string> {
  if (config.length === 0) return '';
  const [{ readFiles }, { settingsOf }, { ResourceError }] = await Promise.all([
    import('../native/config.js'),
    import('../native/settings.js'),
    import('../resource-set.js'),
  ]);
  try {
    return settingsOf(readFiles(config).documents).stateDirectory;
  } catch (error) {
    if (error instanceof ResourceError) throw new FlagError(error.message, { cause: error });
    throw error;
  }
}

function sockets(given: ParsedArguments<typeof statusFlags>['flags'], directory: string): readonly string[] {
  if (given.config.length > 0) return [socketPath(directory, { kind: 'files', paths: given.config })];
  if (given.confdir !== '') return [socketPath(directory, { kind: 'confd', directory: given.confdir })];
  return socketsIn(directory);
}

function noProcess(directory: string): string {
  return `no running process was found in ${directory}; -state-dir names another directory`;
}

function onlyResource(report: StatusReport, name: string): StatusReport {
  const Resources = report.Resources.filter(({ Name }) => Name === name);
  return { ...report, Resources, Groups: report.Groups.filter((group) => group.Resources.includes(name)) };
}
