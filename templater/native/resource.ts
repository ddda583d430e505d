/** One template table becomes a `Resource`: confd's `[template]`, and the `[[template]]` of our own file. */
import { extname, join, posix, resolve } from 'node:path';
import { parseInteger } from '../../src/lib/go-integer.js';
import { goQuote } from '../../src/lib/go-quote.js';
import { keyFromText } from '../../src/model/kv-key.js';
import { inSource } from '../data-source.js';
import type { OwnerLookup } from '../owners.js';
import { type Group, type MissingRule, ownGroup, type Permissions, type Resource } from '../resource.js';
import type { SourceSettings } from '../source/settings.js';
import { commandsOf } from './commands.js';
import { forEachOf } from './for-each.js';
import { changeRules } from './groups.js';
import type { templateKeys } from './keys.js';
import { rolloutOf } from './rollout.js';
import type { FailAt, Values } from './table-values.js';

export type TemplateValues = Values<typeof templateKeys>;

export interface ResourceContext {
  readonly file: string;
  /** Finds the template; confd: below its `templates/`. */
  readonly templateDirectory: string;
  /**
   * `[template]` is confd's form: one in a file, named by the file, `group` is the owner's. In a list of `[[template]]` each is named by
   * itself, and `group` is what it is reloaded with.
   */
  readonly form: 'single' | 'list';
  /** What an owner that is not given means. */
  readonly unsetOwner: Permissions['unsetOwner'];
  /** From the command line; replaces the resource's own unless ''. */
  readonly prefix: string;
  readonly owners: OwnerLookup;
  /** From the command line: what resources mean that do not say. */
  readonly missing: MissingRule;
  readonly waitTimeoutMs: number | undefined;
  /** What the `[source.NAME]` tables made; left out where there are none. */
  readonly source?: SourceSettings;
  /** Asked for lists only. Throws by `failAt` when there is no such group. */
  readonly groupNamed: (name: string, failAt: FailAt) => Group;
  readonly failAt: FailAt;
}

export function toResource(values: TemplateValues, context: ResourceContext): Resource {
  const { file, form, templateDirectory, failAt } = context;
  const destination = values.dest || failAt('dest', form === 'single' ? 'empty dest' : 'there is no "dest", the file to write');
  const name = values.name || (form === 'single' ? file : destination);
  return {
    ...templateOf(values, { name, templateDirectory, form, failAt }),
    ...strictnessOf(values),
    ...keysOf(values, context.prefix),
    name,
    destination,
    makesDirectories: values.create_dest_dirs ?? false,
    permissions: permissionsOf(values, context),
    commands: commandsOf(values),
    group: groupOf(values, { ...context, name }),
    ...dataOf(values, { ...context, destination }),
    missing: missingRule(values.missing, failAt) ?? context.missing,
    waitTimeoutMs: values.wait_timeout ?? context.waitTimeoutMs,
    allowEmpty: values.allow_empty ?? false,
  };
}

/** Where its data come from, and the items with them. */
function dataOf(
  values: TemplateValues,
  { source, destination, failAt }: Pick<ResourceContext, 'source' | 'failAt'> & { readonly destination: string },
): Pick<Resource, 'forEach' | 'dataFrom'> {
  const forEach = forEachOf({ ...values, dest: destination }, failAt);
  if (values.source === undefined) return { forEach };
  const named = source?.kind === 'several' ? source.named : {};
  const settings = Object.hasOwn(named, values.source) ? named[values.source] : undefined;
  if (settings === undefined) return failAt('source', `there is no [source.${values.source}]${othersOf(Object.keys(named))}`);
  const dataFrom = { source: values.source, isAgent: settings.kind === 'consul' };
  return { dataFrom, forEach: forEach && { ...forEach, dependency: inSource(forEach.dependency, dataFrom) } };
}

function othersOf(names: readonly string[]): string {
  return names.length === 0 ? '' : `, only ${names.map((name) => `[source.${name}]`).join(', ')}`;
}

type TemplateParts = Pick<Resource, 'source' | 'contents' | 'delimiters' | 'syntax' | 'dialect' | 'templateDirectory'>;

function templateOf(
  { src = '', contents, dialect, delimiters }: TemplateValues,
  { name, templateDirectory, form, failAt }: Pick<ResourceContext, 'templateDirectory' | 'form' | 'failAt'> & { readonly name: string },
): TemplateParts {
  if (src !== '' && contents !== undefined) return failAt('contents', 'there are both "src" and "contents"');
  if (src === '' && contents === undefined)
    return failAt('src', form === 'single' ? 'empty src template' : 'there is neither "src" nor "contents"');
  // A confd directory has all its templates below templates/, whatever the path looks like.
  const path = form === 'single' ? join(templateDirectory, src) : resolve(templateDirectory, src);
  return {
    source: contents === undefined ? path : name,
    contents,
    delimiters: delimitersOf(delimiters, failAt),
    syntax: ['.hbs', '.handlebars'].includes(extname(src)) ? 'handlebars' : 'go',
    dialect: dialectOf(dialect, failAt),
    templateDirectory,
  };
}

function strictnessOf(values: TemplateValues): Pick<Resource, 'strictness'> {
  const { error_on_missing_key: isStrict = false, sandbox_path: sandbox = '', function_denylist: denied = [] } = values;
  if (!isStrict && sandbox === '' && denied.length === 0) return {};
  return {
    strictness: {
      ...(isStrict && { missingKey: 'error' }),
      ...(sandbox !== '' && { sandbox: resolve(sandbox) }),
      ...(denied.length > 0 && { denied }),
    },
  };
}

function delimitersOf(given: readonly string[] | undefined, failAt: FailAt): Resource['delimiters'] {
  if (given === undefined) return undefined;
  const [left = '', right = '', ...more] = given;
  if (left === '' || right === '' || more.length > 0) return failAt('delimiters', '"delimiters" must be two texts, such as ["<<", ">>"]');
  return [left, right];
}

function dialectOf(given: string | undefined, failAt: FailAt): Resource['dialect'] {
  switch (given) {
    case undefined:
      return 'both';
    case 'confd':
    case 'consul-template':
    case 'both':
      return given;
    default:
      return failAt('dialect', `"dialect" must be "confd", "consul-template" or "both", not ${JSON.stringify(given)}`);
  }
}

export function missingRule(given: string | undefined, failAt: FailAt): MissingRule | undefined {
  if (given === undefined || given === 'wait' || given === 'fail' || given === 'empty') return given;
  return failAt('missing', `"missing" must be "wait", "fail" or "empty", not ${JSON.stringify(given)}`);
}

function keysOf({ keys = [], prefix = '' }: TemplateValues, globalPrefix: string): Pick<Resource, 'keyPrefixes' | 'cutPrefix'> {
  const given = globalPrefix || prefix || '/';
  const cutPrefix = given.startsWith('/') ? given : `/${given}`;
  return { keyPrefixes: keys.map((key) => fetchedPrefix(cutPrefix, key)), cutPrefix: keyFromText(cutPrefix) };
}

/** Keys are joined to the prefix as paths: "/app/" and "/x" are "/app/x". The store knows no leading slash; "/" is the whole store. */
function fetchedPrefix(prefix: string, key: string): Resource['keyPrefixes'][number] {
  return keyFromText(posix.join(prefix, key).replace(/\/+$/, '').replace(/^\/+/, ''));
}

function permissionsOf(values: TemplateValues, { form, owners, unsetOwner, failAt }: ResourceContext): Permissions {
  const [user = '', usersGroup = ''] = (values.owner ?? '').split(/:(.*)/s);
  const group = form === 'single' ? values.group || usersGroup : usersGroup;
  return {
    mode: modeOf(values.mode, failAt),
    uid: ownerId(values.uid, user, { find: owners.userId, what: 'user', key: 'owner', failAt }),
    gid: ownerId(values.gid, group, {
      find: owners.groupId,
      what: 'group',
      key: form === 'single' && values.group ? 'group' : 'owner',
      failAt,
    }),
    unsetOwner,
  };
}

function modeOf(text: string | undefined, failAt: FailAt): number | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return Number(parseInteger(text, { min: 0n, max: 0o7777n }));
  } catch {
    return failAt('mode', `strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax; permission bits look like "0644"`);
  }
}

interface OwnerKey {
  readonly find: OwnerLookup['userId'];
  readonly what: 'user' | 'group';
  readonly key: 'owner' | 'group';
  readonly failAt: FailAt;
}

/** -1 is confd's "not given"; a name of digits is a number, as it is for chown. */
function ownerId(id: number | undefined, name: string, { find, what, key, failAt }: OwnerKey): number | undefined {
  if (id !== undefined && id !== -1) return id;
  if (name === '') return undefined;
  if (/^\d+$/.test(name)) return Number(name);
  return find(name) ?? failAt(key, `there is no ${what} "${name}"; give the number with "${what === 'user' ? 'uid' : 'gid'}"`);
}

/** What belongs to a group is said there, once. */
const groupsOwn = ['settle', 'max_rate', 'keep', 'rollout'] as const;

function groupOf(values: TemplateValues, { file, form, name, groupNamed, failAt }: ResourceContext & { readonly name: string }): Group {
  if (form === 'list' && values.group !== undefined) {
    const misplaced = groupsOwn.find((key) => values[key] !== undefined);
    if (misplaced !== undefined)
      return failAt(misplaced, `"${misplaced}" is for [group.${values.group}] to say, of which this is a member`);
    return groupNamed(values.group, failAt);
  }
  const stateKey = form === 'single' ? resolve(file) : `${resolve(file)}#${name}`;
  return { ...ownGroup(name, stateKey), ...changeRules(values, failAt), rollout: rolloutOf(values.rollout, failAt) };
}
