/** One file of ours, parsed: its tables, and messages that name file and line. What is in the tables is for others to say. */
import { readFileSync } from 'node:fs';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { type TomlPath, TomlPlaces } from '../../src/lib/toml-places.js';
import { ResourceError } from '../resource-set.js';
import { topKeys } from './keys.js';
import { type FailAt, isTable, type Table, unknownKeys } from './table-values.js';

export interface NativeDocument {
  readonly file: string;
  /** Everything but `template` and `group`; empty for a file of templates alone. */
  readonly settings: Table;
  readonly groups: Table;
  readonly templates: readonly TemplateTable[];
  /** Messages for what lies below `path`. Throws ResourceError. */
  failAt(path: TomlPath): FailAt;
}

export interface TemplateTable {
  readonly table: Table;
  readonly form: 'single' | 'list';
  readonly failAt: FailAt;
}

export interface UnreadableDocument {
  readonly file: string;
  readonly fault: string;
  /** Whether it has, or seems to have, tables that say how everything is to run. */
  readonly hasSettings: boolean;
}

export function readDocument(file: string): NativeDocument | UnreadableDocument {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
    return documentOf(file, text);
  } catch (error) {
    if (error instanceof ResourceError) return { file, fault: error.message, hasSettings: hasSettings(text) };
    return { file, fault: `${file}: ${systemErrorText(error)}`, hasSettings: true };
  }
}

/** A header of a table other than those of templates and groups, or a key before the first header: good enough for a file with mistakes. */
function hasSettings(text: string): boolean {
  const [top = ''] = text.split(/^\s*\[/m);
  return /^\s*[\w-]+\s*=/m.test(top) || /^\s*\[\s*(?:agent|source|defaults|log|status|exec)\b/m.test(text);
}

/** @throws ResourceError */
export function documentOf(file: string, text: string): NativeDocument {
  const { template, group = {}, ...settings } = parse(file, text);
  let places: TomlPlaces | undefined;
  const fail = (path: TomlPath, reason: string): never => {
    places ??= new TomlPlaces(text);
    throw new ResourceError(`${file}: line ${places.lineOf(path)}: ${reason}`);
  };
  const failAt = (path: TomlPath): FailAt => {
    return (key, reason) => fail(key === '' ? path : [...path, ...key.split('.')], reason);
  };
  const [unknown] = unknownKeys(settings, [...Object.keys(topKeys), 'template']);
  if (unknown !== undefined) fail([unknown.key], unknown.text);
  return {
    file,
    settings,
    groups: isTable(group) ? group : fail(['group'], '"group" must be tables: [group.NAME]'),
    templates: templatesIn(template, failAt),
    failAt,
  };
}

function parse(file: string, text: string): Table {
  try {
    return parseTomlText(text);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new ResourceError(`${file}: ${error.message}`, { cause: error });
  }
}

function templatesIn(template: unknown, failAt: NativeDocument['failAt']): readonly TemplateTable[] {
  if (template === undefined) return [];
  if (isTable(template)) return [{ table: template, form: 'single', failAt: failAt(['template']) }];
  const wrong = (): never => failAt(['template'])('', '"template" must be tables: [[template]]');
  if (!Array.isArray(template)) return wrong();
  return template.map((table: unknown, position) =>
    isTable(table) ? { table, form: 'list', failAt: failAt(['template', position]) } : wrong(),
  );
}
