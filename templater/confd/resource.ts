/**
 * A template resource file, `conf.d/NAME.toml`: one `[template]` table, confd's keys and our own (`keep_failed`, the time limits).
 * A wrong type, an empty `src` and the like are errors that name file, line and key. An unknown key is an error as well, except in a
 * confd directory, where it is a warning: confd ignores it, and files that work there have to work here.
 */
import { basename, dirname, extname, join, posix, resolve } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { parseDuration } from '../../src/lib/duration.js';
import { parseInteger } from '../../src/lib/go-integer.js';
import { goQuote } from '../../src/lib/go-quote.js';
import { nearestName } from '../../src/lib/nearest.js';
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import { type MissingRule, ownGroup, type Resource } from '../resource.js';
import { lineOfTomlKey } from './toml-line.js';

/** Type of every key of `[template]`, with the text docs/mesh-template.md shows for it. */
export const resourceKeys = {
  src: { type: 'string', about: 'the template; below `templates/`' },
  dest: { type: 'string', about: 'the file to write' },
  keys: { type: 'strings', about: 'key prefixes to fetch for `getv`, `gets`, `ls` and their like' },
  prefix: { type: 'string', about: 'put before every key, and cut off again for the template' },
  mode: { type: 'string', about: 'permission bits as a string: "0644" is octal, "420" decimal' },
  uid: { type: 'integer', about: 'owner, as a number' },
  gid: { type: 'integer', about: 'group, as a number' },
  owner: { type: 'string', about: 'owner, by name; `uid` goes first' },
  group: { type: 'string', about: 'group, by name; `gid` goes first' },
  check_cmd: { type: 'string', about: 'run by a shell before the file is replaced; `{{.src}}` is the staged file' },
  reload_cmd: { type: 'string', about: 'run by a shell after the file has been replaced' },
  check_cmd_timeout: { type: 'duration', about: 'time limit of `check_cmd`, default "30s"' },
  reload_cmd_timeout: { type: 'duration', about: 'time limit of `reload_cmd`, default "60s"' },
  keep_failed: { type: 'boolean', about: 'keep the new file when `reload_cmd` fails, as confd does' },
} as const;

type KeyType = (typeof resourceKeys)[keyof typeof resourceKeys]['type'];
interface TypeTable {
  string: string;
  strings: readonly string[];
  integer: number;
  duration: number;
  boolean: boolean;
}
type Values = { readonly [K in keyof typeof resourceKeys]?: TypeTable[(typeof resourceKeys)[K]['type']] };

/** A resource file that cannot be used. The message holds file and line. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';
}

export interface ResourceContext {
  readonly file: string;
  /** Finds the template; confd: below its `templates/`. */
  readonly templateDirectory: string;
  /** `confd` follows confd where it and we differ: unknown keys, and who owns a file whose owner is not given. */
  readonly rules: 'confd' | 'native';
  /** From the command line; replaces the resource's own unless ''. */
  readonly prefix: string;
  readonly owners: OwnerLookup;
  /** From the command line: what resources mean that do not say. */
  readonly missing: MissingRule;
  readonly waitTimeoutMs: number | undefined;
}

/** Numbers for the names of `owner` and `group`; undefined when there is no such name. */
export interface OwnerLookup {
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
}

export interface DecodedResource {
  readonly resource: Resource;
  readonly warnings: readonly string[];
}

/** @throws ResourceError */
export function decodeResource(text: string, context: ResourceContext): DecodedResource {
  const document = readDocument(text, context.file);
  const failAt: FailAt = (key, reason) => {
    const line = lineOfTomlKey(text, { table: 'template', key });
    throw new ResourceError(`Cannot process template resource ${context.file} - line ${line}: ${reason}`);
  };
  const table = document.template;
  if (!isTable(table)) throw new ResourceError(`Cannot process template resource ${context.file} - there is no [template] table`);
  const unknown = [
    ...Object.keys(document)
      .filter((key) => key !== 'template')
      .map((key) => unknownKey(text, { table: '', key })),
    ...Object.keys(table)
      .filter((key) => !Object.hasOwn(resourceKeys, key))
      .map((key) => unknownKey(text, { table: 'template', key })),
  ];
  if (context.rules === 'native' && unknown[0] !== undefined)
    throw new ResourceError(`Cannot process template resource ${context.file} - ${unknown[0]}`);
  return {
    resource: toResource(readValues(table, failAt), { ...context, failAt }),
    warnings: unknown.map((problem) => `${context.file}: ${problem}; it is ignored`),
  };
}

function readDocument(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parseTomlText(text);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new ResourceError(`Cannot process template resource ${file} - ${error.message}`, { cause: error });
  }
}

function unknownKey(text: string, { table, key }: { readonly table: '' | 'template'; readonly key: string }): string {
  const near = nearestName(key, table === '' ? ['template'] : Object.keys(resourceKeys));
  return `line ${lineOfTomlKey(text, { table, key })}: unknown key "${key}"${near === null ? '' : `, did you mean "${near}"?`}`;
}

type FailAt = (key: string, reason: string) => never;

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readValues(table: Readonly<Record<string, unknown>>, failAt: FailAt): Values {
  const entries = Object.entries(resourceKeys)
    .filter(([key]) => table[key] !== undefined)
    .map(([key, { type }]) => [key, readValue(table[key], { type, key, failAt })]);
  return Object.fromEntries(entries) as Values;
}

interface Wanted {
  readonly type: KeyType;
  readonly key: string;
  readonly failAt: FailAt;
}

function readValue(value: unknown, { type, key, failAt }: Wanted): TypeTable[KeyType] {
  const wrong = (expected: string) => failAt(key, `"${key}" must be ${expected}, not ${typeName(value)}`);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : wrong('a string');
    case 'strings':
      return isStringList(value) ? value : wrong('a list of strings');
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrong('an integer');
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false');
    case 'duration':
      return readDuration(typeof value === 'string' ? value : wrong('a string such as "30s"'), { key, failAt });
  }
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function typeName(value: unknown): string {
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value)) return 'a list';
  return isTable(value) ? 'a table' : `a ${typeof value}`;
}

function readDuration(text: string, { key, failAt }: { readonly key: string; readonly failAt: FailAt }): number {
  let durationMs: number;
  try {
    durationMs = parseDuration(text);
  } catch (error) {
    return failAt(key, `"${key}": ${error instanceof Error ? error.message : String(error)}`);
  }
  return durationMs > 0 ? durationMs : failAt(key, `"${key}" must be more than 0`);
}

function toResource(
  values: Values,
  { file, templateDirectory, rules, prefix, owners, missing, waitTimeoutMs, failAt }: ResourceContext & { failAt: FailAt },
): Resource {
  const source = values.src || failAt('src', 'empty src template');
  const cutPrefix = absolute(prefix || values.prefix || '/');
  return {
    name: file,
    source: join(templateDirectory, source),
    contents: undefined,
    delimiters: undefined,
    syntax: ['.hbs', '.handlebars'].includes(extname(source)) ? 'handlebars' : 'go',
    dialect: 'both',
    templateDirectory,
    destination: values.dest || failAt('dest', 'empty dest'),
    makesDirectories: false,
    keyPrefixes: (values.keys ?? []).map((key) => fetchedPrefix(cutPrefix, key)),
    cutPrefix: keyFromText(cutPrefix),
    permissions: {
      mode: readMode(values.mode, failAt),
      uid: ownerId(values.uid, values.owner, { find: owners.userId, key: 'owner', failAt }),
      gid: ownerId(values.gid, values.group, { find: owners.groupId, key: 'group', failAt }),
      unsetOwner: rules === 'confd' ? 'own' : 'kept',
    },
    commands: {
      check: values.check_cmd ?? '',
      reload: values.reload_cmd ?? '',
      checkTimeoutMs: values.check_cmd_timeout ?? 30_000,
      reloadTimeoutMs: values.reload_cmd_timeout ?? 60_000,
      keepFailed: values.keep_failed ?? false,
    },
    group: ownGroup(file, resolve(file)),
    forEach: undefined,
    missing,
    waitTimeoutMs,
    allowEmpty: false,
  };
}

const absolute = (path: string) => (path.startsWith('/') ? path : `/${path}`);

/** Keys are joined to the prefix as paths: "/app/" and "/x" are "/app/x". The store knows no leading slash; "/" is the whole store. */
function fetchedPrefix(prefix: string, key: string): KvKey {
  return keyFromText(posix.join(prefix, key).replace(/\/+$/, '').replace(/^\/+/, ''));
}

function readMode(text: string | undefined, failAt: FailAt): number | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return Number(parseInteger(text, { min: 0n, max: 0o7777n }));
  } catch {
    return failAt('mode', `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax; permission bits look like "0644"`);
  }
}

interface OwnerKey {
  readonly find: (name: string) => number | undefined;
  readonly key: 'owner' | 'group';
  readonly failAt: FailAt;
}

/** -1 is confd's "not given". */
function ownerId(id: number | undefined, name: string | undefined, { find, key, failAt }: OwnerKey): number | undefined {
  if (id !== undefined && id !== -1) return id;
  if (name === undefined || name === '') return undefined;
  return (
    find(name) ??
    failAt(key, `there is no ${key === 'owner' ? 'user' : 'group'} "${name}"; give the number with "${key === 'owner' ? 'uid' : 'gid'}"`)
  );
}

/** Where the templates of a resource file given by its own path are: `templates/` beside its `conf.d`, else its own directory. */
export function templateDirectoryOf(file: string, isDirectory: (path: string) => boolean): string {
  const [own, beside] = [dirname(file), join(dirname(dirname(file)), 'templates')];
  return basename(own) === 'conf.d' && isDirectory(beside) ? beside : own;
}
