/**
 * A parsed configuration file -> the options it gives, by key. The tree of known keys is built from the option table; services, checks
 * and the few other definitions that are one value each bring their own decoders. All mistakes of one sort in a file are told together.
 */
import { nearestName } from '../lib/nearest.js';
import { checkInFile } from '../model/decode/check-definition.js';
import { serviceInFile } from '../model/decode/service-definition.js';
import {
  anything,
  boolean,
  type Decoder,
  decodeFile,
  duration,
  field,
  float,
  integer,
  list,
  map,
  record,
  text,
  type UnknownKey,
} from '../model/decode.js';
import { MeshError } from '../model/errors.js';
import { errorList } from './error-list.js';
import type { OptionKind } from './option.js';
import { type GivenSettings, type OptionKey, optionKeys, optionRow, pathOf } from './table.js';

export interface DecodedFile {
  readonly given: GivenSettings;
  readonly warnings: readonly string[];
  /** Values of the right kind that make no sense (durations), told when everything else has been looked at. */
  readonly mistakes: readonly string[];
}

/** Keys of old versions that are let through with a warning at the top of a file. */
const forgiven = new Set(['acl_enforce_version_8']);

/**
 * @param raw what the file says
 * @param name of the file, as the user gave it
 * @throws MeshError config-invalid `failed to parse c.json: 1 error occurred:\n\t* invalid config key bogus\n\n`
 */
export function decodeOptions(raw: Readonly<Record<string, unknown>>, name: string): DecodedFile {
  const kept = Object.entries(raw).filter(([key]) => !forgiven.has(key));
  const warnings = Object.keys(raw)
    .filter((key) => forgiven.has(key))
    .map((key) => `config key "${key}" is deprecated and should be removed`);
  const { value, context } = decodeFile(fileDecoder, Object.fromEntries(kept));
  const fail = (what: string) => new MeshError('config-invalid', `failed to parse ${name}: ${what}`);
  if (context.wrongTypes.length > 0) throw fail(wrongTypeList(context.wrongTypes));
  if (context.unknownKeys.length > 0) throw fail(errorList(context.unknownKeys.map(unknownKeyText).sort()));
  return { given: flatten(value), warnings, mistakes: context.wrongValues };
}

function wrongTypeList(mistakes: readonly string[]): string {
  return `${mistakes.length} error(s) decoding:\n\n${[...mistakes]
    .sort()
    .map((mistake) => `* ${mistake}`)
    .join('\n')}`;
}

function unknownKeyText({ path, known }: UnknownKey): string {
  const at = path.lastIndexOf('.') + 1;
  const near = nearestName(path.slice(at), known);
  return `invalid config key ${path}${near === null ? '' : ` (did you mean "${path.slice(0, at)}${near}"?)`}`;
}

type Tree = Map<string, Tree | OptionKey>;
function buildTree(): Tree {
  const root: Tree = new Map();
  for (const key of optionKeys) {
    const path = pathOf(key);
    const leaf = path.pop() ?? key;
    let section = root;
    for (const part of path) {
      const next = section.get(part);
      const inner: Tree = next instanceof Map ? next : new Map();
      section.set(part, inner);
      section = inner;
    }
    section.set(leaf, key);
  }
  return root;
}

function sectionDecoder(section: Tree): Decoder<Readonly<Record<string, unknown>>> {
  const fields = [...section].map(([name, value]) => {
    const decoder: Decoder<unknown> =
      value instanceof Map ? sectionDecoder(value) : (ownDecoders[value] ?? decoderOfKind[optionRow(value).kind]);
    return [name, field(decoder, undefined, { file: [name, ...(fileAliases[name] ?? [])] })] as const;
  });
  return record(Object.fromEntries(fields));
}

/** Old spellings of keys. */
const fileAliases: Readonly<Record<string, readonly string[]>> = { read_replica: ['non_voting_server'] };

const decoderOfKind: Readonly<Record<OptionKind, Decoder<unknown>>> = {
  string: text,
  bool: boolean,
  int: integer,
  number: float,
  duration,
  strings: list(text),
  map: map(text),
  durations: map(duration),
  values: map(anything),
  record: map(anything),
  records: list(map(anything)),
};

const ownDecoders: Partial<Record<OptionKey, Decoder<unknown>>> = {
  service: serviceInFile,
  services: list(serviceInFile),
  check: checkInFile,
  checks: list(checkInFile),
  'dns_config.soa': keys({ refresh: integer, retry: integer, expire: integer, min_ttl: integer }),
  'ui_config.metrics_proxy.add_headers': list(keys({ name: text, value: text })),
  'acl.tokens.managed_service_provider': list(keys({ accessor_id: text, secret_id: text })),
  segments: list(keys({ name: text, bind: text, port: integer, advertise: text, rpc_listener: boolean })),
  audit: keys({ enabled: boolean, sink: map(map(anything)) }),
};

function keys(decoders: Readonly<Record<string, Decoder<unknown>>>): Decoder<Readonly<Record<string, unknown>>> {
  return record(Object.fromEntries(Object.entries(decoders).map(([name, decoder]) => [name, field(decoder, undefined, { file: name })])));
}

const tree = buildTree();
const fileDecoder = sectionDecoder(tree);

function flatten(value: Readonly<Record<string, unknown>>): GivenSettings {
  const settings: Record<string, unknown> = {};
  const walk = (section: Tree, given: Readonly<Record<string, unknown>>) => {
    for (const [name, inner] of section) {
      const item = given[name];
      if (item === undefined) continue;
      if (inner instanceof Map) walk(inner, item as Record<string, unknown>);
      else settings[inner] = item;
    }
  };
  walk(tree, value);
  return settings;
}
