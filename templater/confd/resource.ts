/**
 * A template resource file, `conf.d/NAME.toml`: one `[template]` table with confd's keys and our own.
 * A wrong type, an empty `src` and the like are errors that name file, line and key. An unknown key is a warning: confd ignores it, and
 * files that work there have to work here.
 */
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { lineOfToml } from '../../src/lib/toml-places.js';
import { templateKeys } from '../native/keys.js';
import { type ResourceContext as AnyContext, toResource } from '../native/resource.js';
import { decodeTable, type FailAt, isTable, type Table, unknownKeys } from '../native/table-values.js';
import { ownGroup, type Resource } from '../resource.js';
import { ResourceError } from '../resource-set.js';
import { documentInSmallLetters, templateInSmallLetters } from './key-case.js';
import { inOurWords, refuseOwnSource } from './later-keys.js';

export type ResourceContext = Omit<AnyContext, 'form' | 'unsetOwner' | 'groupNamed' | 'failAt'>;

export interface DecodedResource {
  readonly resource: Resource;
  readonly warnings: readonly string[];
}

/** @throws ResourceError */
export function decodeResource(text: string, context: ResourceContext): DecodedResource {
  const { file } = context;
  const { table: document, asWritten: tables } = documentInSmallLetters(readDocument(text, file));
  if (!isTable(document.template)) throw new ResourceError(`Cannot process template resource ${file} - there is no [template] table`);
  const { table: given, asWritten: keys } = templateInSmallLetters(document.template);
  const lineOf = ([table = '', key, ...deeper]: readonly string[]) =>
    lineOfToml(text, [tables.get(table) ?? table, ...(key === undefined ? [] : [keys.get(key) ?? key]), ...deeper]);
  const failAtLine = (path: readonly string[], reason: string): never => {
    throw new ResourceError(`Cannot process template resource ${file} - line ${lineOf(path)}: ${reason}`);
  };
  const failAt: FailAt = (key, reason) => failAtLine(['template', ...key.split('.')], reason);
  refuseOwnSource(document, (key, reason) => failAtLine([key], reason));
  const { table, warnings } = inOurWords(given, failAt);
  const unknown = [
    ...unknownKeys(document, ['template']).map(({ key, text: problem }) => `line ${lineOf([key])}: ${problem}`),
    ...unknownKeys(table, Object.keys(templateKeys)).map(({ key, text: problem }) => `line ${lineOf(['template', key])}: ${problem}`),
  ].map((problem) => `${problem}; it is ignored`);
  const later = warnings.map(({ key, text: problem }) => `line ${lineOf(['template', key])}: ${problem}`);
  const values = decodeTable(table, templateKeys, failAt);
  const groupNamed = (name: string) => ownGroup(name, name);
  return {
    resource: toResource(values, { ...context, form: 'single', unsetOwner: 'own', groupNamed, failAt }),
    warnings: [...unknown, ...later].map((problem) => `${file}: ${problem}`),
  };
}

/** @throws ResourceError */
function readDocument(text: string, file: string): Table {
  try {
    return parseTomlText(text);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new ResourceError(`Cannot process template resource ${file} - ${error.message}`, { cause: error });
  }
}
