/** The command line as a configuration: it goes after the files and what the environment holds. */
import { FlagError, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { decodeBlocks, waitBlock } from './config-blocks.js';
import type { Config } from './config-files.js';
import { consulTemplateFlags, unusedFlags } from './flags.js';
import { configBlocks, templateBlocks } from './option-tables.js';

export type Parsed = ParsedArguments<typeof consulTemplateFlags>;

/** @throws FlagError, HelpRequested */
export function parseConsulTemplateFlags(argv: readonly string[]): Parsed {
  const parsed = parseArguments({ ...consulTemplateFlags, ...unusedFlags }, argv);
  if (parsed.words[0] !== undefined) throw new FlagError(`extra argument(s): ${JSON.stringify(parsed.words.join(' '))}`);
  return parsed;
}

/** @throws FlagError */
export function flagConfig({ flags, given }: Parsed): Config {
  const data: Record<string, Record<string, unknown>> = {};
  const set = (path: string, value: unknown) => {
    const [key = '', ...outer] = path.split('.').reverse();
    const block = outer.reverse().join('.');
    data[block] = { ...data[block], [key]: value };
  };
  for (const [name, flag] of Object.entries(consulTemplateFlags)) {
    if ('sets' in flag && given.has(name)) set(flag.sets, flags[name as keyof typeof flags]);
  }
  if (given.has('consul-auth')) {
    const [username = '', ...password] = flags['consul-auth'].split(':');
    data['consul.auth'] = { enabled: true, username, password: password.join(':') };
  }
  if (given.has('wait')) data.wait = waitBlock(flags.wait);
  const context = { failAt: (key: string, reason: string): never => fail(`flag for ${key}: ${reason}`), onUnused: () => {} };
  return {
    settings: decodeBlocks(configBlocks, nested(data), { ...context, root: '' }),
    templates: flags.template.map((text) => decodeBlocks(templateBlocks, templateFlag(text), { ...context, root: 'template' })),
    unused: Object.entries(unusedFlags).flatMap(([name, { about }]) => (given.has(name) ? [`-${name} is not used: ${about}`] : [])),
  };
}

/** { "consul.retry": { attempts } } -> { consul: { retry: { attempts } } } */
function nested(blocks: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [path, values] of Object.entries(blocks)) {
    let place = root;
    for (const name of path === '' ? [] : path.split('.')) {
      const inner: Record<string, unknown> = { ...(place[name] ?? {}) };
      place[name] = inner;
      place = inner;
    }
    Object.assign(place, values);
  }
  return root;
}

/** "in:out:command with: colons" */
function templateFlag(text: string): Readonly<Record<string, unknown>> {
  const [source = '', destination, ...command] = text.split(':');
  if (source === '') return fail(`-template ${JSON.stringify(text)}: it must be SOURCE:DESTINATION[:COMMAND]`);
  return { source, ...(destination !== undefined && { destination }), ...(command.length > 0 && { command: command.join(':') }) };
}

function fail(text: string): never {
  throw new FlagError(text);
}
