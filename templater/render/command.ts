/**
 * `mesh-template render FILE`: one template, rendered once, on standard output. `mesh-template render --batch`: many of them, as JSON
 * lines in and out. Both need no agent for Go syntax over data, confd's keys and Handlebars.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FlagError, type FlagTable, HelpRequested, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { parseDuration } from '../../src/lib/duration.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { TemplateError } from '../template-error.js';
import type { RenderIo } from './io.js';
import { type RenderRequest, renderRequest } from './request.js';

const flags = {
  syntax: { kind: 'string', fallback: '', about: 'go, confd, consul-template or handlebars; by default what the name of the file says' },
  data: { kind: 'string', about: 'a file with JSON, the data of the template' },
  numbers: { kind: 'string', fallback: 'float', about: 'what whole numbers of the data are: float or int' },
  missingkey: { kind: 'string', fallback: '', about: 'what a missing key of a map is: default, zero or error' },
  'left-delim': { kind: 'string', about: 'what opens an action, instead of {{' },
  'right-delim': { kind: 'string', about: 'what closes an action, instead of }}' },
  'consul-addr': { kind: 'string', about: 'the agent that a consul-template template asks, HOST:PORT' },
  missing: { kind: 'string', fallback: 'wait', about: 'what a key that does not exist means: wait, fail or empty' },
  'wait-timeout': { kind: 'string', about: 'how long to wait for what is missing, such as 2m; then that is an error. Default: for ever' },
  batch: { kind: 'bool', about: 'render the requests on standard input, one JSON object a line' },
} as const satisfies FlagTable;

const usage = 'mesh-template render [options] FILE | mesh-template render --batch';

/** @returns the exit status: 0, 1 when the template fails, 2 for arguments that make no sense */
export async function runRender(argv: readonly string[], io: RenderIo): Promise<number> {
  try {
    const parsed = parseArguments(flags, argv);
    if (parsed.flags.batch) return await (await import('./batch.js')).runBatch(io);
    return await renderFile(parsed, io);
  } catch (error) {
    if (error instanceof HelpRequested) {
      const { commandHelp } = await import('../../src/lib/argv-help.js');
      io.write(commandHelp({ usage, about: 'Renders one template to standard output.', flags }));
      return 0;
    }
    if (error instanceof FlagError) {
      io.writeError(`${error.message}\nUsage: ${usage}\n`);
      return 2;
    }
    if (!(error instanceof TemplateError)) throw error;
    io.writeError(`${error.message}\n`);
    return 1;
  }
}

async function renderFile({ flags: given, words }: ParsedArguments<typeof flags>, io: RenderIo): Promise<number> {
  const [file, ...more] = words;
  if (file === undefined || more.length > 0) throw new FlagError('render takes one file');
  const request: RenderRequest = {
    syntax: syntaxOf(given.syntax, file),
    template: readTemplate(file),
    name: basename(file),
    data: given.data === '' ? undefined : readData(given.data),
    numbers: oneOf(given.numbers, ['float', 'int'], 'numbers'),
    missingKey: given.missingkey === '' ? undefined : oneOf(given.missingkey, ['default', 'zero', 'error'], 'missingkey'),
    delimiters: [given['left-delim'], given['right-delim']],
    keys: {},
    environment: {},
    consul: given['consul-addr'] || undefined,
    waitMs: undefined,
    missing: oneOf(given.missing, ['wait', 'fail', 'empty'], 'missing'),
    waitTimeoutMs: waitTimeout(given['wait-timeout']),
    templateDirectory: dirname(file),
    denied: [],
    sandbox: '',
  };
  const rendered = await renderRequest(request, io);
  if (rendered.kind === 'waits') throw new TemplateError(`waiting for ${rendered.what}`);
  io.write(rendered.bytes);
  return 0;
}

function syntaxOf(given: string, file: string): RenderRequest['syntax'] {
  if (given !== '') return oneOf(given, ['go', 'confd', 'consul-template', 'handlebars'], 'syntax');
  return /\.(?:hbs|handlebars)$/.test(file) ? 'handlebars' : file.endsWith('.ctmpl') ? 'consul-template' : 'go';
}

function oneOf<const T extends string>(value: string, allowed: readonly T[], flag: string): T {
  const known = allowed.find((word) => word === value);
  if (known === undefined) throw new FlagError(`invalid value "${value}" for flag -${flag}: must be one of ${allowed.join(', ')}`);
  return known;
}

function waitTimeout(text: string): number | undefined {
  if (text === '') return undefined;
  let durationMs: number;
  try {
    durationMs = parseDuration(text);
  } catch (error) {
    throw new FlagError(`invalid value "${text}" for flag -wait-timeout: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (durationMs <= 0) throw new FlagError('-wait-timeout must be more than 0');
  return durationMs;
}

function readTemplate(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TemplateError(`open ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

function readData(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TemplateError(`data ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
