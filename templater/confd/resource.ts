/**
 * A template resource file, `conf.d/NAME.toml`: one `[template]` table, confd's keys and our own (`keep_failed`, the time limits).
 * A wrong type, an empty `src` and the like are errors that name file, line and key. An unknown key is an error as well, except in a
 * confd directory, where it is a warning: confd ignores it, and files that work there have to work here.
 */
import { basename, dirname, extname, join, posix, resolve } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { parseInteger } from '../../src/lib/go-integer.js';
import { goQuote } from '../../src/lib/go-quote.js';
import { lineOfToml } from '../../src/lib/toml-places.js';
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import { decodeTable, type FailAt, isTable, type KeyRows, type Table, unknownKeys, type Values } from '../native/table-values.js';
import { type Commands, type MissingRule, noCommands, ownGroup, type Resource } from '../resource.js';

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
} as const satisfies KeyRows;

type ResourceValues = Values<typeof resourceKeys>;

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
  const table = document.template;
  if (!isTable(table)) throw new ResourceError(`Cannot process template resource ${context.file} - there is no [template] table`);
  const unknown = [
    ...unknownKeys(document, ['template']).map((unknown) => `line ${lineOfToml(text, [unknown.key])}: ${unknown.text}`),
    ...unknownKeys(table, Object.keys(resourceKeys)).map(
      (unknown) => `line ${lineOfToml(text, ['template', unknown.key])}: ${unknown.text}`,
    ),
  ];
  if (context.rules === 'native' && unknown[0] !== undefined)
    throw new ResourceError(`Cannot process template resource ${context.file} - ${unknown[0]}`);
  const failAt: FailAt = (key, reason) => {
    const line = lineOfToml(text, ['template', key]);
    throw new ResourceError(`Cannot process template resource ${context.file} - line ${line}: ${reason}`);
  };
  return {
    resource: toResource(decodeTable(table, resourceKeys, failAt), { ...context, failAt }),
    warnings: unknown.map((problem) => `${context.file}: ${problem}; it is ignored`),
  };
}

/** @throws ResourceError */
export function readDocument(text: string, file: string): Table {
  try {
    return parseTomlText(text);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new ResourceError(`Cannot process template resource ${file} - ${error.message}`, { cause: error });
  }
}

function toResource(
  values: ResourceValues,
  { file, templateDirectory, rules, prefix, owners, missing, waitTimeoutMs, failAt }: ResourceContext & { failAt: FailAt },
): Resource {
  const source = values.src || failAt('src', 'empty src template');
  return {
    ...keysOf(values, prefix),
    name: file,
    source: join(templateDirectory, source),
    contents: undefined,
    delimiters: undefined,
    syntax: syntaxOf(source),
    dialect: 'both',
    templateDirectory,
    destination: values.dest || failAt('dest', 'empty dest'),
    makesDirectories: false,
    permissions: {
      mode: readMode(values.mode, failAt),
      uid: ownerId(values.uid, values.owner, { find: owners.userId, key: 'owner', failAt }),
      gid: ownerId(values.gid, values.group, { find: owners.groupId, key: 'group', failAt }),
      unsetOwner: rules === 'confd' ? 'own' : 'kept',
    },
    commands: commandsOf(values),
    group: ownGroup(file, resolve(file)),
    forEach: undefined,
    missing,
    waitTimeoutMs,
    allowEmpty: false,
  };
}

export function syntaxOf(source: string): Resource['syntax'] {
  return ['.hbs', '.handlebars'].includes(extname(source)) ? 'handlebars' : 'go';
}

export function keysOf(
  { keys = [], prefix = '' }: Pick<ResourceValues, 'keys' | 'prefix'>,
  globalPrefix: string,
): Pick<Resource, 'keyPrefixes' | 'cutPrefix'> {
  const cutPrefix = absolute(globalPrefix || prefix || '/');
  return { keyPrefixes: keys.map((key) => fetchedPrefix(cutPrefix, key)), cutPrefix: keyFromText(cutPrefix) };
}

type CommandKey = 'check_cmd' | 'reload_cmd' | 'check_cmd_timeout' | 'reload_cmd_timeout' | 'keep_failed';

export function commandsOf(values: Pick<ResourceValues, CommandKey>): Commands {
  return {
    check: values.check_cmd ?? '',
    reload: values.reload_cmd ?? '',
    checkTimeoutMs: values.check_cmd_timeout ?? noCommands.checkTimeoutMs,
    reloadTimeoutMs: values.reload_cmd_timeout ?? noCommands.reloadTimeoutMs,
    keepFailed: values.keep_failed ?? noCommands.keepFailed,
  };
}

const absolute = (path: string) => (path.startsWith('/') ? path : `/${path}`);

/** Keys are joined to the prefix as paths: "/app/" and "/x" are "/app/x". The store knows no leading slash; "/" is the whole store. */
function fetchedPrefix(prefix: string, key: string): KvKey {
  return keyFromText(posix.join(prefix, key).replace(/\/+$/, '').replace(/^\/+/, ''));
}

export function readMode(text: string | undefined, failAt: FailAt): number | undefined {
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
export function ownerId(id: number | undefined, name: string | undefined, { find, key, failAt }: OwnerKey): number | undefined {
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
