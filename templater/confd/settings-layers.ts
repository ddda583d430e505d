/** Where a setting comes from: the command line, then files of our own, then `confd.toml`, then the environment. */
import { FlagError, type FlagValues, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { isBackendWord } from './backends.js';
import { type ConfdFlag, confdFlags, confdVariables, environmentNames } from './flags.js';

/** Settings that make no sense: said as confd's last words, exit status 1. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function fail(text: string): never {
  throw new SettingsError(text);
}

/** What the flags alone say; `version` is answered before anything is read. @throws FlagError, HelpRequested */
export function parseConfdFlags(argv: readonly string[]): ParsedArguments<typeof confdFlags> {
  const parsed = parseArguments(confdFlags, inOurSpelling(argv));
  if (parsed.words[0] !== undefined) throw new FlagError(`unexpected argument: ${parsed.words[0]}`);
  return parsed;
}

/** Later releases of confd name the backend by a word of its own, and nodes by one letter: `confd consul -n …`. */
function inOurSpelling(argv: readonly string[]): readonly string[] {
  const isValue = (position: number) => takesNext(argv[position - 1] ?? '');
  const position = argv.findIndex((word, i) => isBackendWord(word) && !isValue(i));
  return argv.map((word, i) => {
    if (i === position) return `-backend=${word}`;
    return isValue(i) ? word : word.replace(/^-n(?==|$)/, '-node');
  });
}

function takesNext(word: string): boolean {
  const name = /^--?([a-z-]+)$/.exec(word)?.[1] ?? '';
  return word === '-n' || (isFlag(name) && confdFlags[name].kind !== 'bool');
}

const isFlag = (name: string): name is ConfdFlag => Object.hasOwn(confdFlags, name);

type Flags = FlagValues<typeof confdFlags>;
/** What files of our own say. */
export interface Configured {
  readonly values: FileValues;
  /** How to reach the agent, when `values` are about another source; undefined when they are about the agent. */
  readonly agent: FileValues | undefined;
  readonly datacenter: string;
  /** Sources that resources may name. */
  readonly sources: Readonly<Record<string, ConfiguredSource>>;
}

export interface ConfiguredSource {
  readonly values: FileValues;
  readonly datacenter: string;
}

/** What a settings file says, by the flags' names. */
export type FileValues = { readonly [F in ConfdFlag]?: Flags[F] };

export interface Layers {
  readonly flags: Flags;
  readonly given: ReadonlySet<string>;
  readonly file: FileValues;
  /** What confd's own variables say; nothing beside files of our own. */
  readonly variables: FileValues;
  environment(name: string): string | undefined;
}

export function value<F extends ConfdFlag>(layers: Layers, flag: F): Flags[F] {
  return saidBy(layers, flag) ?? unsaid[flag];
}

/** Without the empty ones: `-node "$NODE"`. */
export function listValue(layers: Layers, flag: 'node' | 'file'): readonly string[] {
  return value(layers, flag).filter((text) => text !== '');
}

/** Whether anybody says something of it. */
export function isSaid(layers: Layers, flag: ConfdFlag): boolean {
  return saidBy(layers, flag) !== undefined;
}

function saidBy<F extends ConfdFlag>({ flags, given, file, variables }: Layers, flag: F): Flags[F] | undefined {
  return [given.has(flag) ? flags[flag] : undefined, file[flag], variables[flag]].find(
    (said) => said !== undefined && saysSomething(said, unsaid[flag]),
  );
}

const { flags: unsaid } = parseArguments(confdFlags, []);

/** Scripts hand on what may be empty, `-log-level "$LEVEL"`, and confd takes its default then. `-prefix=` means that there is none. */
function saysSomething(said: unknown, fallback: unknown): boolean {
  return Array.isArray(said) ? said.some((text) => text !== '') : said !== '' || fallback === '';
}

/** As `value`, with the environment below the file. */
export function textValue(layers: Layers, flag: 'auth-token' | 'client-ca-keys' | 'client-cert' | 'client-key'): string {
  const name = Object.keys(environmentNames).find((variable) => environmentNames[variable] === flag) ?? '';
  return value(layers, flag) || (layers.environment(name) ?? '');
}

/** What confd's variables say, read as its flags are. @throws SettingsError */
export function variableValues(environment: Layers['environment']): FileValues {
  const said = Object.entries(confdVariables).flatMap(([name, flag]) => {
    const text = environment(name) ?? '';
    return text === '' ? [] : [[flag, variableValue(name, { flag, text })]];
  });
  return Object.fromEntries(said) as FileValues;
}

function variableValue(name: string, { flag, text }: { readonly flag: ConfdFlag; readonly text: string }): Flags[ConfdFlag] {
  try {
    return parseArguments(confdFlags, [`-${flag}=${text}`]).flags[flag];
  } catch (error) {
    if (error instanceof FlagError) throw new SettingsError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}
