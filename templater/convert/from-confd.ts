/** confd's directory, or one of its resource files, as tables of our own file. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { documentInSmallLetters, settingsInSmallLetters, templateInSmallLetters } from '../confd/key-case.js';
import { inOurWords } from '../confd/later-keys.js';
import { templateKeys } from '../native/keys.js';
import { isTable, type Table } from '../native/table-values.js';
import { isDirectory, tomlFilesBelow } from '../resource-set.js';
import { confdSettings } from './confd-settings.js';
import { type Conversion, ConvertError, type ConvertedTable, type TomlScalar } from './conversion.js';

/** @throws ConvertError */
export function fromConfd(path: string): Conversion {
  if (!isDirectory(path))
    return { tables: [templateFrom(path, { name: stem(path), templates: templatesFor(path), prefix: undefined })], lost: [] };
  const settingsFile = join(path, 'confd.toml');
  const { tables, lost, prefix } = existsSync(settingsFile)
    ? confdSettings(settingsInSmallLetters(readToml(settingsFile)).table)
    : { tables: [], lost: [], prefix: undefined };
  const folder = join(path, 'conf.d');
  const files = isDirectory(folder) ? tomlFilesBelow(folder) : [];
  const names = namesOf(files, folder);
  const templates = files.map((file, position) =>
    templateFrom(file, { name: names[position] ?? file, templates: join(path, 'templates'), prefix }),
  );
  return { tables: [...tables, ...templates], lost };
}

const stem = (file: string) => basename(file).replace(/\.?toml$/, '');

/** As the files are called; by their paths below conf.d where several are called the same. */
function namesOf(files: readonly string[], folder: string): readonly string[] {
  const stems = files.map(stem);
  return files.map((file) => (stems.filter((other) => other === stem(file)).length === 1 ? stem(file) : relative(folder, file)));
}

function templatesFor(file: string): string {
  const beside = join(dirname(dirname(resolve(file))), 'templates');
  return isDirectory(beside) ? beside : dirname(resolve(file));
}

function readToml(file: string): Table {
  try {
    return parseTomlText(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof ConfigFileError) throw new ConvertError(`${file}: ${error.message}`, { cause: error });
    throw new ConvertError(`${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

interface TemplateContext {
  readonly name: string;
  readonly templates: string;
  /** confd's global one, which replaces that of the resource. */
  readonly prefix: string | undefined;
}

/** Words of confd that are said otherwise here. */
const respelled = new Set(['src', 'owner', 'group', 'prefix']);

function templateFrom(file: string, { name, templates, prefix }: TemplateContext): ConvertedTable {
  const { template: given, ...others } = documentInSmallLetters(readToml(file)).table;
  if (Array.isArray(given)) throw new ConvertError(`${file}: it is one of our own already, with [[template]]`);
  if (!isTable(given)) throw new ConvertError(`${file}: there is no [template] table, which a resource of confd has`);
  const { table: template, warnings } = inOurWords(templateInSmallLetters(given).table, (_, reason) => {
    throw new ConvertError(`${file}: ${reason}`);
  });
  const known = Object.entries(template).filter(([key]) => Object.hasOwn(templateKeys, key) && !respelled.has(key));
  const unknown = Object.keys(template).filter((key) => !Object.hasOwn(templateKeys, key) && !respelled.has(key));
  return {
    header: '[[template]]',
    entries: [
      ['name', name],
      ['src', textOf(template.src) === undefined ? undefined : resolve(templates, `./${textOf(template.src)}`)],
      ...known.map(([key, value]) => [key, scalarOf(file, key, value)] as const),
      ['prefix', prefix ?? textOf(template.prefix)],
      ['owner', ownerOf(template)],
    ],
    lost: [
      ...unknown.map((key) => `"${key}", which means nothing here`),
      ...warnings.map(({ text }) => text),
      ...Object.keys(others).map((key) => `[${key}] of ${file}; a template names its source by "source", and that is a [source.NAME]`),
    ],
  };
}

function ownerOf({ owner, group }: Table): string | undefined {
  const [user = '', usersGroup = ''] = [textOf(owner), textOf(group)];
  if (user === '' && usersGroup === '') return undefined;
  return usersGroup === '' ? user : `${user}:${usersGroup}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function scalarOf(file: string, key: string, value: unknown): TomlScalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((element) => typeof element === 'string')) return value;
  throw new ConvertError(`${file}: "${key}" has the wrong type`);
}
