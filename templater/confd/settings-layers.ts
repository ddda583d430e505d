/** Where a setting comes from: the command line, then files of our own, then `confd.toml`, then the environment. */
import { FlagError, type FlagValues, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { isBackend } from './backends.js';
import { type ConfdFlag, confdFlags, environmentNames } from './flags.js';

/** Settings that make no sense: said as confd's last words, exit status 1. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function fail(text: string): never {
  throw new SettingsError(text);
}

/** What the flags alone say; `version` is answered before anything is read. @throws FlagError, HelpRequested */
export function parseConfdFlags(argv: readonly string[]): ParsedArguments<typeof confdFlags> {
  const parsed = parseArguments(confdFlags, withBackendNamed(argv));
  if (parsed.words[0] !== undefined) throw new FlagError(`unexpected argument: ${parsed.words[0]}`);
  return parsed;
}

/** Later releases of confd name the backend by a word of its own: `confd consul -node …`. */
function withBackendNamed(argv: readonly string[]): readonly string[] {
  const position = argv.findIndex((word, i) => isBackend(word) && !takesNext(argv[i - 1] ?? ''));
  return position < 0 ? argv : [...argv.slice(0, position), `-backend=${argv[position]}`, ...argv.slice(position + 1)];
}

function takesNext(word: string): boolean {
  const name = /^--?([a-z-]+)$/.exec(word)?.[1] ?? '';
  return isFlag(name) && confdFlags[name].kind !== 'bool';
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
  environment(name: string): string | undefined;
}

export function value<F extends ConfdFlag>(layers: Layers, flag: F): Flags[F] {
  return layers.given.has(flag) ? layers.flags[flag] : (layers.file[flag] ?? layers.flags[flag]);
}

/** As `value`, with the environment below the file. */
export function textValue(layers: Layers, flag: 'auth-token' | 'client-ca-keys' | 'client-cert' | 'client-key'): string {
  const name = Object.keys(environmentNames).find((variable) => environmentNames[variable] === flag) ?? '';
  return value(layers, flag) || (layers.environment(name) ?? '');
}
