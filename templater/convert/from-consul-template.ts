/** consul-template's configuration, one file or a directory of them, as tables of our own file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { formatDuration } from '../../src/lib/duration.js';
import { parseHclText } from '../../src/lib/hcl.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { type ConfigBlocks, ConfigError, decodeBlocks, isMap, mergeBlocks, type TemplateBlocks } from '../consul-template/config-blocks.js';
import { configFilesAt } from '../consul-template/config-files.js';
import { isOnlyNamespace, isSecure, sslOf, urlOf } from '../consul-template/connection.js';
import { configBlocks, templateBlocks, unusedKeys } from '../consul-template/option-tables.js';
import { waitBlockFor } from '../consul-template/template-settings.js';
import { type Conversion, ConvertError, type ConvertedTable } from './conversion.js';
import { withGroups } from './shared-commands.js';

/** @throws ConvertError */
export function fromConsulTemplate(path: string): Conversion {
  const files = filesAt(path).map(readFile);
  const config = mergeBlocks(files.map(({ settings }) => settings));
  const templates = files.flatMap((file) => file.templates);
  return {
    tables: [...settingsTables(config), ...withGroups(templates.map((template) => templateTable(template, config)))],
    lost: [...files.flatMap(({ lost }) => lost), ...lostSettings(config)],
  };
}

function filesAt(path: string): readonly string[] {
  try {
    return configFilesAt(path);
  } catch (error) {
    throw new ConvertError(`${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

interface ReadTemplate {
  readonly blocks: TemplateBlocks;
  readonly lost: readonly string[];
}

interface ReadConfig {
  readonly settings: ConfigBlocks;
  readonly templates: readonly ReadTemplate[];
  readonly lost: readonly string[];
}

/** They have been taken out, and told of. */
const onUnused = () => {};

function readFile(file: string): ReadConfig {
  const failAt = (_: string, reason: string): never => {
    throw new ConvertError(`${file}: ${reason}`);
  };
  try {
    const { template = [], ...settings } = parseHclText(readFileSync(file, 'utf8'));
    const kept = withoutUnused(settings, '');
    const tables = (Array.isArray(template) ? template : [template]).map((block: unknown) =>
      withoutUnused(isMap(block) ? block : failAt('template', '"template" must be a block'), 'template'),
    );
    return {
      settings: decodeBlocks(configBlocks, kept.data, { root: '', failAt, onUnused }),
      templates: tables.map(({ data, lost }) => ({
        blocks: decodeBlocks(templateBlocks, data, { root: 'template', failAt, onUnused }),
        lost,
      })),
      lost: kept.lost,
    };
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ConfigFileError)
      throw new ConvertError(`${file}: ${error.message}`, { cause: error });
    if (error instanceof ConvertError) throw error;
    throw new ConvertError(`${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** What mesh-template does not use of consul-template's files is lost; blocks are looked through. */
function withoutUnused(
  data: Readonly<Record<string, unknown>>,
  path: string,
): { readonly data: Readonly<Record<string, unknown>>; readonly lost: readonly string[] } {
  const lost: string[] = [];
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(data)) {
    const inner = path === '' ? key : `${path}.${key}`;
    if (Object.hasOwn(unusedKeys, inner)) {
      lost.push(`"${inner}": ${unusedKeys[inner]}`);
      continue;
    }
    const blocks = (Array.isArray(value) ? value : [value]).map((block: unknown) =>
      isMap(block) ? withoutUnused(block, inner) : undefined,
    );
    if (blocks.includes(undefined)) kept.push([key, value]);
    else {
      lost.push(...blocks.flatMap((block) => block?.lost ?? []));
      kept.push([key, blocks.map((block) => block?.data)]);
    }
  }
  return { data: Object.fromEntries(kept), lost };
}

const levels: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  err: 'error',
  error: 'error',
};

function settingsTables(config: ConfigBlocks): readonly ConvertedTable[] {
  const { '': top, consul, 'consul.auth': auth, exec, 'exec.env': env } = config;
  const ssl = sslOf(config);
  const isOverTls = isSecure(ssl, () => false);
  const address = consul.address ?? (isOverTls ? '127.0.0.1:8500' : undefined);
  return [
    { header: '', entries: [['pid_file', top.pid_file]], lost: [] },
    {
      header: '[agent]',
      entries: [
        ['address', address === undefined ? undefined : isOverTls ? urlOf(address, true) : address],
        ['token', consul.token],
        ['token_file', consul.token_file],
        ['username', auth.enabled === false ? undefined : auth.username],
        ['password', auth.enabled === false ? undefined : auth.password],
        ['ca_file', ssl.ca_cert],
        ['cert_file', ssl.cert],
        ['key_file', ssl.key],
        ['verify', ssl.verify],
      ],
      lost: [],
    },
    { header: '[log]', entries: [['level', levels[(top.log_level ?? 'warn').toLowerCase()]]], lost: [] },
    {
      header: '[exec]',
      entries:
        exec.command === undefined || exec.enabled === false
          ? []
          : [
              ['command', exec.command],
              ['reload_signal', exec.reload_signal || undefined],
              ['kill_signal', exec.kill_signal || undefined],
              ['kill_timeout', timeOf(exec.kill_timeout)],
              ['splay', exec.splay === 0 ? undefined : timeOf(exec.splay)],
              ['env', env.custom],
              ['env_pristine', env.pristine],
              ['env_allow', listOf(env.allowlist, env.whitelist)],
              ['env_deny', listOf(env.denylist, env.blacklist)],
            ],
      lost: [],
    },
  ];
}

function listOf(...lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const all = lists.flatMap((list) => list ?? []);
  return all.length === 0 ? undefined : all;
}

const timeOf = (durationMs: number | undefined) => (durationMs === undefined ? undefined : formatDuration(durationMs));

const convertedBlocks: ReadonlySet<string> = new Set([
  '',
  'consul',
  'consul.auth',
  'consul.retry',
  'consul.ssl',
  'wait',
  'exec',
  'exec.env',
]);

function lostSettings(config: ConfigBlocks): readonly string[] {
  const { '': top, consul, 'consul.retry': retry } = config;
  const ssl = sslOf(config);
  const lost: string[] = [];
  const loses = (isGiven: boolean, text: string) => isGiven && lost.push(text);
  loses(!isOnlyNamespace(consul.namespace ?? ''), '"consul.namespace": there are no namespaces');
  loses(retry.enabled === false || (retry.attempts ?? 0) > 0, '"consul.retry": an agent that does not answer is asked again for ever');
  loses((retry.backoff ?? retry.max_backoff) !== undefined, '"consul.retry": pauses after failures grow from 100ms to 5s');
  loses(!['', 'SIGHUP'].includes(top.reload_signal ?? ''), `"reload_signal": SIGHUP reads files again, not ${top.reload_signal}`);
  loses(
    !['', 'SIGINT', 'SIGTERM'].includes(top.kill_signal ?? ''),
    `"kill_signal": SIGINT and SIGTERM end the program, not ${top.kill_signal}`,
  );
  loses(top.block_query_wait !== undefined, '"block_query_wait": the agent says how long a question may wait');
  loses(top.once === true, '"once": give the flag -once');
  loses(top.parse_only === true, '"parse_only": mesh-template check parses every template');
  loses(top.template_error_fatal !== undefined, '"template_error_fatal": a template that fails never ends the program');
  loses(top.err_on_failed_lookup === true, '"err_on_failed_lookup": an agent that does not answer is asked again for ever');
  loses((config.exec.timeout ?? 0) > 0, '"exec.timeout": the program may run for ever');
  loses((ssl.ca_path ?? '') !== '', '"consul.ssl.ca_path": name one file with ca_file');
  loses((ssl.server_name ?? '') !== '', '"consul.ssl.server_name": the address must be a name of the certificate');
  const others = Object.entries(config).filter(([path, values]) => !convertedBlocks.has(path) && Object.keys(values).length > 0);
  return [...lost, ...others.map(([path]) => `"${path}": there is nothing like it for files of our own`)];
}

function templateTable({ blocks, lost }: ReadTemplate, config: ConfigBlocks): ConvertedTable {
  const { '': own, exec, 'exec.env': env } = blocks;
  const command = exec.enabled === false ? undefined : (exec.command ?? own.command);
  const hasCommand = command !== undefined && command.length > 0;
  const timeoutMs = exec.timeout ?? own.command_timeout ?? 30_000;
  const left = own.left_delimiter || config[''].default_left_delimiter;
  const right = own.right_delimiter || config[''].default_right_delimiter;
  return {
    header: '[[template]]',
    entries: [
      ['src', own.source && resolve(own.source)],
      ['contents', own.contents],
      ['dest', own.destination],
      ['dialect', 'consul-template'],
      ['create_dest_dirs', own.create_dest_dirs ?? true],
      ['mode', own.perms === undefined ? undefined : `0${own.perms.toString(8)}`],
      ['owner', ownerOf(own)],
      ['reload_cmd', hasCommand ? shellLine(command) : undefined],
      ['reload_cmd_timeout', hasCommand && timeoutMs > 0 ? timeOf(timeoutMs) : undefined],
      ['delimiters', left || right ? [left || '{{', right || '}}'] : undefined],
      ['error_on_missing_key', own.error_on_missing_key],
      ['sandbox_path', own.sandbox_path && resolve(own.sandbox_path)],
      ['function_denylist', listOf(own.function_denylist, own.function_blacklist)],
      ['settle', settleOf(waitBlockFor(blocks, config))],
      // The present one, and the one before.
      ['keep', own.backup === true ? 2 : undefined],
    ],
    lost: [
      ...lost,
      ...(own.error_fatal === undefined ? [] : ['"template.error_fatal": a template that fails never ends the program']),
      ...(exec.splay === undefined ? [] : ['"template.exec.splay": a command of a template runs at once']),
      ...((exec.kill_signal ?? exec.kill_timeout) === undefined
        ? []
        : ['"template.exec.kill_signal": a command of a template is ended at once']),
      ...(exec.reload_signal === undefined ? [] : ['"template.exec.reload_signal": a command of a template runs anew for a change']),
      ...(hasCommand && timeoutMs === 0 ? ['"command_timeout": a command of a template is waited for'] : []),
      ...(Object.keys(env).length === 0 ? [] : ['"template.exec.env": a command of a template has our environment']),
      ...(own.backup === true ? ['"backup": the version before is kept for "mesh-template rollback", not as a .bak file'] : []),
    ],
  };
}

function ownerOf({ uid = '', user = uid, gid = '', group = gid }: TemplateBlocks['']): string | undefined {
  if (user === '' && group === '') return undefined;
  return group === '' ? user : `${user}:${group}`;
}

function settleOf({ enabled = true, min = 0, max }: TemplateBlocks['wait']): string | undefined {
  if (min === 0 || !enabled) return undefined;
  return max === undefined ? formatDuration(min) : `${formatDuration(min)}:${formatDuration(max)}`;
}

/** A list of words needs no shell there; here each word is quoted for one. */
function shellLine(command: string | readonly string[]): string {
  if (typeof command === 'string') return command;
  return command.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
