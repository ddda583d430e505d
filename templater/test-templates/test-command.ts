/** `mesh-template test DIR`: golden tests of templates, without an agent: for people who change them, and for CI. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlagError, type FlagTable, HelpRequested, parseArguments } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseTomlText } from '../../src/lib/config-file-toml.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { type TomlPath, TomlPlaces } from '../../src/lib/toml-places.js';
import { readConfdDirectory } from '../confd/resource-files.js';
import { NativeResources, readFiles } from '../native/config.js';
import type { FailAt } from '../native/table-values.js';
import { systemOwners } from '../owners.js';
import { counted } from '../plan/plan-text.js';
import type { ProcessParts } from '../process.js';
import { isDirectory, ResourceError, type ResourceSet, tomlFilesBelow } from '../resource-set.js';
import { offlineSources } from './offline-sources.js';
import { runTest } from './run-test.js';
import { decodeTestFile, type TestFile } from './test-file.js';
import { withExpectations } from './update.js';

const flags = {
  update: { kind: 'bool', about: 'write what is rendered into the tests as what is expected' },
  run: { kind: 'string', about: 'only tests whose name holds this text' },
} as const satisfies FlagTable;
const usage = 'mesh-template test [-update] [-run TEXT] PATH ...';
const about = [
  'Renders templates with the data of tests, and compares what comes out with what they expect. Nobody is asked, and nothing is written.',
  'PATH is a test file (TOML), or a directory of them. Exit status: 0 when all pass, 1 when one fails, 2 for arguments that make no sense.',
].join('\n');

/** @returns the exit status */
export async function testCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  try {
    const parsed = parseArguments(flags, argv);
    if (parsed.words.length === 0) throw new FlagError('test takes files or directories');
    return await runFiles(parsed.words, { ...parsed.flags, print: (text) => parts.print(text) });
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(commandHelp({ usage, about, flags }));
      return 0;
    }
    if (!(error instanceof FlagError)) throw error;
    parts.printError(`${error.message}\nUsage: ${usage}\n`);
    return 2;
  }
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly updated: number;
}

interface RunOptions {
  readonly update: boolean;
  /** '' runs all. */
  readonly run: string;
  readonly print: (text: string) => void;
}

async function runFiles(paths: readonly string[], options: RunOptions): Promise<number> {
  const total = { passed: 0, failed: 0, updated: 0 };
  const attempt = async (task: () => Promise<Counts>) => {
    try {
      const { passed, failed, updated } = await task();
      total.passed += passed;
      total.failed += failed;
      total.updated += updated;
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      total.failed += 1;
      options.print(`FAIL ${error.message}\n`);
    }
  };
  const none: Counts = { passed: 0, failed: 0, updated: 0 };
  for (const path of paths) {
    await attempt(async () => {
      for (const file of isDirectory(path) ? tomlFilesBelow(path) : [path]) await attempt(() => runFile(file, options));
      return none;
    });
  }
  const updated = total.updated === 0 ? '' : `, ${total.updated} updated`;
  options.print(`${counted(total.passed + total.failed, 'test')}: ${total.passed} passed, ${total.failed} failed${updated}\n`);
  if (total.passed + total.failed === 0) {
    const named = options.run === '' ? '' : ` whose name holds ${JSON.stringify(options.run)}`;
    options.print(`there is no test${named} in ${paths.join(', ')}; tests are [[test]] tables in files whose names end in toml\n`);
  }
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** @throws ResourceError */
async function runFile(file: string, { update, run, print }: RunOptions): Promise<Counts> {
  const { text, decoded } = readTests(file);
  const { resources, failures } = readConfigs(decoded.config);
  if (failures.length > 0) throw new ResourceError(`${file}: ${failures.map((failure) => failure.text).join('; ')}`);
  const count = { passed: 0, failed: 0, updated: 0 };
  const renewed: (ReadonlyMap<string, string> | undefined)[] = [];
  for (const test of decoded.tests) {
    if (!test.name.includes(run)) {
      renewed.push(undefined);
      continue;
    }
    const { faults, rendered } = await runTest(test, resources);
    const isRenewed = update && faults.length > 0 && test.error === '' && rendered.size > 0;
    renewed.push(isRenewed ? rendered : undefined);
    if (isRenewed) count.updated += 1;
    if (faults.length === 0 || isRenewed) count.passed += 1;
    else count.failed += 1;
    if (faults.length > 0 && !isRenewed) print(`FAIL ${file}: ${test.name}\n${faults.map((line) => `  ${line}\n`).join('')}`);
  }
  if (count.updated > 0) rewrite(file, withExpectations(text, renewed));
  return count;
}

/** @throws ResourceError */
function rewrite(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ResourceError(`${file}: cannot be updated: ${systemErrorText(error)}`, { cause: error });
  }
}

function readTests(file: string): { readonly text: string; readonly decoded: TestFile } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ResourceError(`${file}: ${systemErrorText(error)}`, { cause: error });
  }
  const failAt = (path: TomlPath): FailAt => {
    return (key, reason) => {
      const line = new TomlPlaces(text).lineOf(key === '' ? path : [...path, key]);
      throw new ResourceError(`${file}: line ${line}: ${reason}`);
    };
  };
  try {
    return { text, decoded: decodeTestFile(parseTomlText(text), { file, failAt }) };
  } catch (error) {
    if (error instanceof ConfigFileError) throw new ResourceError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Owners need not exist on the machine that runs tests. */
const anyOwner = { userId: (name: string) => systemOwners.userId(name) ?? 0, groupId: (name: string) => systemOwners.groupId(name) ?? 0 };

/** @throws ResourceError */
function readConfigs(paths: readonly string[]): ResourceSet {
  const rules = { prefix: '', owners: anyOwner, missing: 'fail', waitTimeoutMs: undefined } as const;
  const [first = ''] = paths;
  if (paths.length === 1 && isDirectory(join(first, 'conf.d'))) return readConfdDirectory(first, rules);
  const files = readFiles(paths);
  return new NativeResources().in(files, { ...rules, source: offlineSources(files.documents) });
}
