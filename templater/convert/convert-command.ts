/**
 * `mesh-template convert PATH`: confd's or consul-template's configuration as one file of ours, on standard output. What could not be
 * kept stands in it as comments, and on standard error.
 */
import { existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { FlagError, HelpRequested, parseArguments } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { ProcessParts } from '../process.js';
import { ResourceError } from '../resource-set.js';
import { allLost, type Conversion, ConvertError, conversionText } from './conversion.js';
import { fromConfd } from './from-confd.js';
import { fromConsulTemplate } from './from-consul-template.js';

const usage = 'mesh-template convert PATH';
const about = [
  'Writes one file of our own to standard output, made from what PATH holds: a directory of confd (confd.toml, conf.d, templates), one of its',
  'resource files, or a file or directory of consul-template (HCL or JSON). What could not be kept is told in comments and on standard error.',
  'Exit status: 0, 2 when something could not be kept, 1 when PATH cannot be read.',
].join('\n');

export async function convertCommand(argv: readonly string[], { print, printError }: ProcessParts): Promise<number> {
  try {
    const [path, ...more] = parseArguments({}, argv).words;
    if (path === undefined || more.length > 0) throw new FlagError('convert takes one file or directory');
    const conversion = convert(path);
    print(conversionText(conversion, path));
    const lost = allLost(conversion);
    for (const text of lost) printError(`not kept: ${text}\n`);
    return lost.length === 0 ? 0 : 2;
  } catch (error) {
    if (error instanceof HelpRequested) {
      print(commandHelp({ usage, about, flags: {} }));
      return 0;
    }
    if (error instanceof FlagError) printError(`${error.message}\nUsage: ${usage}\n`);
    else if (error instanceof ConvertError || error instanceof ResourceError) printError(`${error.message}\n`);
    else throw error;
    return 1;
  }
}

/** @throws ConvertError */
export function convert(path: string): Conversion {
  const { found, names } = looked(path);
  if (!found.isDirectory()) return path.endsWith('toml') ? fromConfd(path) : fromConsulTemplate(path);
  if (existsSync(join(path, 'conf.d')) || existsSync(join(path, 'confd.toml'))) return fromConfd(path);
  if (names.some((name) => name.endsWith('.toml')))
    throw new ConvertError(`${path}: there is no conf.d in it, which a directory of confd has`);
  if (names.length === 0) throw new ConvertError(`${path}: there is nothing in it; a directory of confd or of consul-template is wanted`);
  return fromConsulTemplate(path);
}

/** @throws ConvertError */
function looked(path: string): { readonly found: Stats; readonly names: readonly string[] } {
  try {
    const found = statSync(path);
    return { found, names: found.isDirectory() ? readdirSync(path) : [] };
  } catch (error) {
    throw new ConvertError(`${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
