/** The command line of `mesh agent`, from the option table: what flags there are, and what those given ask for. */
import { type Flag, type ParsedArguments, parseBool } from '../lib/argv.js';
import { parseInteger } from '../lib/go-integer.js';
import { MeshError } from '../model/errors.js';
import { decodeOptions } from './file-decoder.js';
import type { LoadRequest } from './load.js';
import type { OptionKind, OptionRow } from './option.js';
import type { ConfigFormat } from './sources.js';
import { type GivenSettings, type OptionKey, optionKeys, optionRow, pathOf } from './table.js';

/** Flags that are no option of a file. */
const ownFlags = {
  dev: { kind: 'bool', about: 'development mode: one server, everything in memory, on loopback' },
  'config-file': { kind: 'list', about: 'configuration file; may be repeated' },
  'config-dir': { kind: 'list', about: 'directory of configuration files; may be repeated' },
  'config-format': { kind: 'string', about: 'read files as "json" or "hcl" whatever their names' },
  hcl: { kind: 'list', about: 'piece of configuration in HCL; may be repeated' },
} as const satisfies Record<string, Flag>;

/** Short forms that old tutorials use. */
const shortFlags: Readonly<Record<string, OptionKey>> = { dc: 'datacenter' };

const optionOfFlag: ReadonlyMap<string, OptionKey> = new Map([
  ...optionKeys.flatMap((key) => {
    const { flag, flagAlias } = optionRow(key);
    return [flag, flagAlias].filter((name) => name !== undefined).map((name) => [name, key] as const);
  }),
  ...Object.entries(shortFlags),
]);

export const agentFlags: Readonly<Record<string, Flag>> = {
  ...ownFlags,
  ...Object.fromEntries([...optionOfFlag].map(([name, key]) => [name, flagOf(optionRow(key))])),
};

function flagOf({ kind, doc }: OptionRow): Flag {
  switch (kind) {
    case 'bool':
    case 'int':
      return { kind, about: doc };
    case 'strings':
      return { kind: 'list', about: `${doc}; may be repeated` };
    case 'map':
      return { kind: 'list', about: `${doc}, as key:value; may be repeated` };
    default:
      // Durations stay text here: they are judged with those of files.
      return { kind: 'string', about: doc };
  }
}

/** @throws MeshError config-invalid */
export function requestOf({ occurrences }: Pick<ParsedArguments<typeof agentFlags>, 'occurrences'>): LoadRequest {
  const textsOf = (...names: string[]) => occurrences.filter(({ name }) => names.includes(name)).map(({ text }) => text);
  const lists: Record<string, unknown> = {};
  const values: Record<string, unknown> = {};
  for (const { name, text } of occurrences) {
    const key = optionOfFlag.get(name);
    if (!key) continue;
    const { kind } = optionRow(key);
    place(kind === 'strings' ? lists : values, key, { kind, text });
  }
  return {
    devMode: parseBool(textsOf('dev').at(-1) ?? 'false'),
    paths: textsOf('config-file', 'config-dir'),
    format: formatOf(textsOf('config-format').at(-1) ?? ''),
    flagLists: decodeOptions(lists, 'the command line').given,
    ...valuesOf(values),
    fragments: textsOf('hcl'),
  };
}

function valuesOf(values: Readonly<Record<string, unknown>>): { flagValues: GivenSettings; flagMistakes: readonly string[] } {
  const { given, mistakes } = decodeOptions(values, 'the command line');
  return { flagValues: given, flagMistakes: mistakes };
}

/** @throws MeshError config-invalid */
export function formatOf(text: string): ConfigFormat | null {
  if (text === '') return null;
  if (text === 'json' || text === 'hcl') return text;
  throw new MeshError('config-invalid', "config: -config-format must be either 'hcl' or 'json'");
}

/** Puts a flag's value where a file would have it: `-dns-port 1` -> { ports: { dns: 1 } }. */
function place(
  target: Record<string, unknown>,
  key: OptionKey,
  { kind, text }: { readonly kind: OptionKind; readonly text: string },
): void {
  const path = pathOf(key);
  const leaf = path.pop() ?? key;
  let section = target;
  for (const part of path) {
    const inner = (section[part] as Record<string, unknown> | undefined) ?? {};
    section[part] = inner;
    section = inner;
  }
  section[leaf] = flagValue(section[leaf], { kind, text });
}

function flagValue(before: unknown, { kind, text }: { readonly kind: OptionKind; readonly text: string }): unknown {
  switch (kind) {
    case 'bool':
      return parseBool(text);
    case 'int':
      return Number(parseInteger(text, { min: BigInt(Number.MIN_SAFE_INTEGER), max: BigInt(Number.MAX_SAFE_INTEGER) }));
    case 'strings':
      return [...((before as string[] | undefined) ?? []), text];
    case 'map': {
      const colon = text.indexOf(':');
      const [name, value] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
      return { ...(before as object | undefined), [name]: value };
    }
    default:
      return text;
  }
}
